from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import connection, transaction

from mdm.accounts.models import Actor
from mdm.events.history import find, versions_digest
from mdm.events.operations.record import EventDraft, record
from mdm.events.queries.erasures import ERASED, lasting_rows

# An id has up to 19 digits, and an event's detail 64 KiB.
ROWS_PER_EVENT = 2_500


@transaction.atomic
def erase_versions(
    *, rows: Mapping[str, Sequence[int]], domain: str, subject: str, actor: Actor, reason: str
) -> list[int]:
    """The version rows hold no values and no salt, and events in the audit list each of them and seal what is left.

    `rows` is {version table: ids}. The caller has checked the right to erase. Returns the ids of the events.
    Raises: ValueError for a table that is no registered version table; IntegrityError when the database refuses.
    """
    events = []
    for table, ids in rows.items():
        for start in range(0, len(ids), ROWS_PER_EVENT):
            part = sorted(ids[start : start + ROWS_PER_EVENT])
            events.append(_erase(table, part, domain=domain, subject=subject, actor=actor, reason=reason))
    return events


def _erase(table: str, ids: list[int], *, domain: str, subject: str, actor: Actor, reason: str) -> int:
    history = find(table)
    if history is None:
        raise ValueError(f"{table!r} is no registered version table.")
    remains = [(row_id, left) for row_id, _, left in lasting_rows(history, ids)]
    event = record(
        EventDraft(
            type=ERASED,
            domain=domain,
            subject=subject,
            reason=reason,
            detail={"versions": {table: ids}},
            versions_digest=versions_digest({table: remains}),
        ),
        actor=actor,
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT touchstone_erase_versions(%s, %s, %s)", [table, ids, event])
    return event
