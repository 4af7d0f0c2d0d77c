"""Open and end entries of the crosswalk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from mdm.kernel.copying import copy_rows
from mdm.kernel.errors import Conflict


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """An external id that leads to a golden record (both by id) from `at` on, by an event."""

    external_id: int
    golden: int
    event: int
    at: datetime


def open_entries(links: Sequence[tuple[int, int]], *, event: int, at: datetime) -> None:
    """Each (external id, golden record) in `links` is linked from `at` on.

    Raises: IntegrityError when an identifier already leads somewhere at that moment.
    """
    write_entries([EntryDraft(external_id, golden, event, at) for external_id, golden in links])


def write_entries(drafts: Sequence[EntryDraft]) -> None:
    """Each of the entries is open, by the event of its own. Raises: as `open_entries`."""
    copy_rows(
        "records_crosswalkentry",
        ("external_id_id", "golden_id", "opened_at", "opened_event_id"),
        ((draft.external_id, draft.golden, draft.at, draft.event) for draft in drafts),
    )


def end_entries(entries: Sequence[int], *, event: int, at: datetime) -> None:
    """Each open entry in `entries` has ended at `at`.

    Raises: Conflict when another act ended one in between.
    """
    if not entries:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE records_crosswalkentry SET ended_at = %s, ended_event_id = %s"
            " WHERE id = ANY(%s::bigint[]) AND ended_at IS NULL",
            [at, event, list(entries)],
        )
        if cursor.rowcount != len(entries):
            raise Conflict("A crosswalk entry was ended by another act at the same moment.", remedy="Send it again.")
