"""Ids taken in blocks, so that rows that refer to each other are written in one COPY each."""

from __future__ import annotations

from django.db import connection


def take(sequence: str, count: int) -> list[int]:
    """Return `count` fresh values of the named sequence, ascending; values are never handed out twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [sequence, count])
        return sorted(value for (value,) in cursor.fetchall())


def take_ids(table: str, count: int) -> list[int]:
    """Return `count` fresh primary keys of `table`, whose `id` is an identity or serial column."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count])
        return sorted(value for (value,) in cursor.fetchall())
