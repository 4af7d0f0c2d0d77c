"""Statements that the hot paths send: parsed and planned once per connection."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any, Final, LiteralString, cast

import psycopg
from django.db import connection, transaction

Raw = psycopg.Connection[tuple[Any, ...]]
_KEPT: Final = "_touchstone_cursor"


def fetch_prepared(statement: LiteralString, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Return the rows of one statement, sent with server-side parameters and kept prepared on this connection.

    Everything else goes through Django's cursor, which binds on the client; for a statement of many joins the planning
    that this saves costs more than the answer. Django's query log sees it like any other.
    """
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    raw = cast(Raw, connection.connection)
    if connection.queries_logged:
        connection.queries_log.append({"sql": statement, "time": "0"})
    threshold, raw.prepare_threshold = raw.prepare_threshold, 0
    try:
        with connection.wrap_database_errors:
            return _cursor(raw).execute(statement, parameters, prepare=True).fetchall()
    finally:
        raw.prepare_threshold = threshold


def fetch_durably(statement: LiteralString, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """As `fetch_prepared`, and what the statement wrote is committed: it is a transaction of its own, which needs no
    other statement to begin and to end it.

    Raises: RuntimeError inside another transaction.
    """
    with transaction.atomic(durable=True) if connection.in_atomic_block else nullcontext():
        return fetch_prepared(statement, parameters)


def _cursor(raw: Raw) -> psycopg.Cursor[tuple[Any, ...]]:
    """One cursor per connection: a fresh one would work out anew how to read and write every type it meets."""
    kept: psycopg.Cursor[tuple[Any, ...]] | None = getattr(connection, _KEPT, None)
    if kept is None or kept.connection is not raw:
        kept = psycopg.Cursor(raw)
        setattr(connection, _KEPT, kept)
    return kept
