"""Bulk writes: COPY, never a round trip per row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, transaction
from psycopg import sql


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Add `rows` (one value per column, in the order of `columns`) to `table` in the caller's transaction.

    Values are adapted by psycopg; wrap JSON in `psycopg.types.json.Jsonb` or pass its text.
    Raises: IntegrityError with the constraint's name, as an INSERT would; RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("copy_rows writes inside an operation's transaction.")
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        transaction.atomic(savepoint=False),
        cursor.cursor.copy(statement) as copy,
    ):
        for row in rows:
            copy.write_row(row)
