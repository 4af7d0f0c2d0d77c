"""Long results read in pieces by a server-side cursor, so that memory does not grow with the table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

from django.db import connection

PIECE = 2_000
_JSON_TYPES = (114, 3802)


def stream(statement: str, parameters: Sequence[str | int | list[int]] = ()) -> Iterator[list[Any]]:
    """Yield the rows of `statement`, JSON columns as objects; lives in the caller's transaction."""
    with closing(connection.chunked_cursor()) as cursor:
        cursor.execute(statement, parameters)
        encoded: list[int] | None = None
        while rows := cursor.fetchmany(PIECE):
            if encoded is None:
                encoded = [at for at, column in enumerate(cursor.description) if column.type_code in _JSON_TYPES]
            for row in rows:
                yield _decoded(row, encoded)


def _decoded(row: Sequence[Any], encoded: list[int]) -> list[Any]:
    values = list(row)
    for at in encoded:
        if values[at] is not None:
            values[at] = json.loads(values[at])
    return values
