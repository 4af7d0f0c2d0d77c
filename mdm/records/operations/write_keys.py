"""Keep what source records are found by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import connection

from mdm.kernel.copying import copy_rows

Keys = Sequence[tuple[str, str]]


def add_keys(keys: Mapping[int, Keys]) -> None:
    """Source records that had no keys are found by these."""
    copy_rows(
        "records_recordkey",
        ("source_record_id", "kind", "value"),
        ((record, kind, value) for record, found_by in keys.items() for kind, value in dict.fromkeys(found_by)),
    )


def replace_keys(keys: Mapping[int, Keys]) -> None:
    """Source records are found by these keys and no others."""
    if not keys:
        return
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM records_recordkey WHERE source_record_id = ANY(%s::bigint[])", [list(keys)])
    add_keys(keys)
