"""Decimal numbers as text: `1234.5`; a thousands separator is refused, because two countries read it differently."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from mdm.engine.standardise.registry import Binding, Problem, Standard, Standardiser, shown, standardiser

_DECIMAL: Final = re.compile(r"[+-]?\d{1,28}(?:[.,]\d{1,12})?", re.ASCII)


@standardiser("decimal")
def make_decimal(binding: Binding) -> Standardiser:
    def decimal(value: str, region: str) -> Standard:
        text = value.strip()
        if not _DECIMAL.fullmatch(text):
            remedy = "Send it as 1234.5, without thousands separators or units."
            return Standard(text, "", Problem("not_a_number", f"{shown(value)} is not a number.", remedy, "reject"))
        return Standard(written(Decimal(text.replace(",", "."))))

    return decimal


def written(number: Decimal) -> str:
    """The shortest plain spelling: no exponent, no trailing zeros, no negative zero."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text
