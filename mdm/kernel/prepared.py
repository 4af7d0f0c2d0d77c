"""Statements that the hot paths send: parsed and planned once per connection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, LiteralString, cast

import psycopg
from django.db import connection


def fetch_prepared(statement: LiteralString, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Return the rows of one statement, sent with server-side parameters and kept prepared on this connection.

    Everything else goes through Django's cursor, which binds on the client; for a statement of many joins the planning
    that this saves costs more than the answer. Django's query log sees it like any other.
    """
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    raw = cast("psycopg.Connection[tuple[Any, ...]]", connection.connection)
    if connection.queries_logged:
        connection.queries_log.append({"sql": statement, "time": "0"})
    threshold, raw.prepare_threshold = raw.prepare_threshold, 0
    try:
        with connection.wrap_database_errors, psycopg.Cursor(raw) as cursor:
            return cursor.execute(statement, parameters, prepare=True).fetchall()
    finally:
        raw.prepare_threshold = threshold
