"""Tryton's moments, which come apart into year, month and day, and carry the database's own clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, Final

_PARTS: Final = ("year", "month", "day", "hour", "minute", "second", "microsecond")


def moment(told: Any) -> str:
    """ISO text that sorts by time; empty for none."""
    if not isinstance(told, Mapping) or told.get("__class__") != "datetime":
        return ""
    return dt.datetime(*(int(told.get(part, 0)) for part in _PARTS)).isoformat(timespec="microseconds")  # type: ignore[arg-type]


def latest(moments: Iterable[str]) -> str:
    return max(moments, default="")


def told(text: str) -> dict[str, Any]:
    """The moment as Tryton wants it in a domain."""
    when = dt.datetime.fromisoformat(text)
    return {"__class__": "datetime"} | {part: getattr(when, part) for part in _PARTS}


def earlier(text: str, seconds: float) -> str:
    return (dt.datetime.fromisoformat(text) - dt.timedelta(seconds=seconds)).isoformat(timespec="microseconds")
