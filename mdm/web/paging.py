"""Keyset pages of a QuerySet: page 2,000 costs what page 1 costs, and rows never repeat or go missing."""

from __future__ import annotations

import base64
import json
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from mdm.kernel.errors import Invalid
from mdm.web.lists import Asked, Slice


def keyset(rows: QuerySet[Any, Any], asked: Asked) -> Slice:
    """One page of `rows` in the asked order, ties broken by primary key. The sorted column must not be null."""
    name, descending = asked.sort.removeprefix("-") or "pk", asked.sort.startswith("-")
    backwards, *position = _decode(asked.cursor) if asked.cursor else (False,)
    down = descending != backwards
    page = rows.order_by(*([f"{'-' if down else ''}{name}"] + ([f"{'-' if down else ''}pk"] if name != "pk" else [])))
    if position:
        page = page.filter(_beyond(name, position, "lt" if down else "gt"))
    found = list(page[: asked.limit + 1])
    more, found = len(found) > asked.limit, found[: asked.limit]
    if backwards:
        found.reverse()
    counted = rows.order_by()[: asked.count_to + 1].count() if asked.limit <= asked.count_to else None
    return Slice(
        rows=found,
        next=_encode(found[-1], name, False) if found and (more or backwards) else "",
        previous=_encode(found[0], name, True) if found and position and (more or not backwards) else "",
        total=counted and min(counted, asked.count_to),
        capped=bool(counted and counted > asked.count_to),
    )


def _beyond(name: str, position: list[Any], side: str) -> Q:
    value, key = position
    if name == "pk":
        return Q(**{f"pk__{side}": key})
    # The redundant first condition lets PostgreSQL start inside the index.
    return Q(**{f"{name}__{side}e": value}) & (Q(**{f"{name}__{side}": value}) | Q(**{f"pk__{side}": key}))


def _encode(row: Any, name: str, backwards: bool) -> str:
    value: Any = row
    for part in name.split("__"):
        value = getattr(value, part)
    text = json.dumps([backwards, value, row.pk], default=_exact, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _exact(value: object) -> str:
    """To the microsecond: a rounded moment would lose or repeat rows."""
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _decode(cursor: str) -> list[Any]:
    try:
        position = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        backwards, value, key = position
        return [bool(backwards), value, key]
    except ValueError as fault:  # also covers base64, UTF-8 and JSON faults
        raise Invalid(
            "This page address is damaged.", field="cursor", value=cursor, remedy="Start again at the first page."
        ) from fault
