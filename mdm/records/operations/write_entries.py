"""Open and end entries of the crosswalk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from mdm.kernel.copying import copy_rows
from mdm.kernel.errors import Conflict


def open_entries(links: Sequence[tuple[int, int]], *, event: int, at: datetime) -> None:
    """Each (external id, golden record) in `links` is linked from `at` on.

    Raises: IntegrityError when an identifier already leads somewhere at that moment.
    """
    copy_rows(
        "records_crosswalkentry",
        ("external_id_id", "golden_id", "opened_at", "opened_event_id"),
        ((external_id, golden, at, event) for external_id, golden in links),
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
