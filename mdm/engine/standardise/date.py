"""Dates: ISO, 12.03.2026 and 20260312 are read; what two countries read differently is refused."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import Final

from mdm.engine.standardise.registry import Binding, Problem, Standard, Standardiser, shown, standardiser

_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?(?:Z|\+00:00)?)?", re.ASCII)
_GERMAN: Final = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})", re.ASCII)
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_REMEDY: Final = "Send the date as 2026-03-12 or 12.03.2026."
EMPTY: Final = frozenset(("00000000", "0000-00-00", "00.00.0000"))
"""How some systems write that there is no date."""


@standardiser("date")
def make_date(binding: Binding) -> Standardiser:
    def date(value: str, region: str) -> Standard:
        return _read(value)

    return date


@lru_cache(maxsize=65_536)
def _read(value: str) -> Standard:
    text = value.strip()
    if text in EMPTY:
        return Standard("")
    parts = _parts(text)
    if parts is None:
        return Standard(text, "", Problem("not_a_date", f"{shown(value)} is not a date.", _REMEDY, "reject"))
    try:
        written = dt.date(*parts).isoformat()
    except ValueError:
        problem = Problem("not_a_date", f"{shown(value)} is not a day of the calendar.", _REMEDY, "reject")
        return Standard(text, "", problem)
    return Standard(written)


def _parts(text: str) -> tuple[int, int, int] | None:
    match = _ISO.fullmatch(text) or _COMPACT.fullmatch(text)
    if match is not None:
        return int(match[1]), int(match[2]), int(match[3])
    match = _GERMAN.fullmatch(text)
    return (int(match[3]), int(match[2]), int(match[1])) if match is not None else None
