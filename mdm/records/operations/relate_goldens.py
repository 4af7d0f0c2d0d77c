"""Open and end relationships between golden records."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from mdm.kernel.copying import copy_rows
from mdm.kernel.errors import Conflict
from mdm.kernel.sequences import take_ids
from mdm.records.act import Act


def open_relationships(relations: Sequence[tuple[int, int, str]], *, act: Act) -> list[int]:
    """Each (left, right, kind) holds from now on; returns the rows. The caller holds the golden records.

    Raises: IntegrityError `relationship_one_open` where it holds already, `relationship_within_domain` across domains.
    """
    if not relations:
        return []
    ids = take_ids("records_relationship", len(relations))
    copy_rows(
        "records_relationship",
        ("id", "left_id", "right_id", "kind", "opened_at", "opened_event_id"),
        ((pk, left, right, kind, act.at, act.event) for pk, (left, right, kind) in zip(ids, relations, strict=True)),
    )
    return ids


def end_relationships(rows: Sequence[int], *, act: Act) -> None:
    """Each of the relationships has ended.

    Raises: Conflict when another act ended one in between.
    """
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE records_relationship SET ended_at = %s, ended_event_id = %s"
            " WHERE id = ANY(%s::bigint[]) AND ended_at IS NULL",
            [act.at, act.event, list(rows)],
        )
        if cursor.rowcount != len(rows):
            raise Conflict("A relationship was ended by another act at the same moment.", remedy="Try again.")
