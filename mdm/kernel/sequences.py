"""Ids taken in blocks, so that rows that refer to each other are written in one COPY each."""

from __future__ import annotations

from typing import Final, LiteralString

from django.db import connection

from mdm.kernel.prepared import fetch_prepared

_IDS: Final[LiteralString] = """
WITH sequence AS MATERIALIZED (SELECT pg_get_serial_sequence(%(table)s, 'id')::regclass AS name)
SELECT nextval(name) FROM sequence, generate_series(1, %(count)s::int)
"""


def take(sequence: str, count: int) -> list[int]:
    """Return `count` fresh values of the named sequence, ascending; values are never handed out twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [sequence, count])
        return sorted(value for (value,) in cursor.fetchall())


def take_ids(table: str, count: int) -> list[int]:
    """Return `count` fresh primary keys of `table`, whose `id` is an identity or serial column."""
    return sorted(value for (value,) in fetch_prepared(_IDS, {"table": table, "count": count}))
