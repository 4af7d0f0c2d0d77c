"""Statements that the hot paths send: parsed and planned once per connection."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any, Final, LiteralString, cast

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

Raw = psycopg.Connection[tuple[Any, ...]]
_KEPT: Final = "_touchstone_cursor"


def fetch_prepared(statement: LiteralString, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Return the rows of one statement, sent with server-side parameters and kept prepared on this connection.

    Everything else goes through Django's cursor, which binds on the client; for a statement of many joins the planning
    that this saves costs more than the answer. Django's query log sees it like any other.
    """
    here = connections[DEFAULT_DB_ALIAS]
    here.close_if_health_check_failed()
    here.ensure_connection()
    raw = cast(Raw, here.connection)
    if here.queries_logged:
        here.queries_log.append({"sql": statement, "time": "0"})
    threshold, raw.prepare_threshold = raw.prepare_threshold, 0
    try:
        with here.wrap_database_errors:
            return _cursor(here, raw).execute(statement, parameters, prepare=True).fetchall()
    finally:
        raw.prepare_threshold = threshold


def fetch_durably(statement: LiteralString, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """As `fetch_prepared`, and what the statement wrote is committed: it is a transaction of its own, which needs no
    other statement to begin and to end it.

    Raises: RuntimeError inside another transaction.
    """
    with transaction.atomic(durable=True) if connection.in_atomic_block else nullcontext():
        return fetch_prepared(statement, parameters)


def _cursor(here: BaseDatabaseWrapper, raw: Raw) -> psycopg.Cursor[tuple[Any, ...]]:
    """One cursor per connection: a fresh one would work out anew how to read and write every type it meets."""
    kept: psycopg.Cursor[tuple[Any, ...]] | None = getattr(here, _KEPT, None)
    if kept is None or kept.connection is not raw:
        kept = psycopg.Cursor(raw)
        setattr(here, _KEPT, kept)
    return kept
