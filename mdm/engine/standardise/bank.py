"""Bank details: IBAN with its check digits and national structure, BIC by shape and country."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

from stdnum import iban as stdnum_iban
from stdnum.exceptions import ValidationError
from stdnum.util import get_cc_module

from mdm.engine import iso
from mdm.engine.standardise.registry import (
    Binding,
    Problem,
    Standard,
    Standardiser,
    shown,
    spreadsheet_damage,
    standardiser,
)

_SEPARATORS: Final = {ord(char): None for char in " -.\u00a0\t\u2007\u202f"}
_SHAPE: Final = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{8,30}", re.ASCII)
_TO_DIGITS: Final = {ord("A") + n: str(10 + n) for n in range(26)}
_BIC: Final = re.compile(r"[A-Z0-9]{4}([A-Z]{2})[A-Z0-9]{2}(?:[A-Z0-9]{3})?", re.ASCII)
_PART: Final = re.compile(r"([1-9][0-9]*)!([nac])")
_CLASSES: Final = {"n": "[0-9]", "a": "[A-Z]", "c": "[A-Z0-9]"}


@standardiser("iban")
def make_iban(binding: Binding) -> Standardiser:
    def iban(value: str, region: str) -> Standard:
        compact = value.translate(_SEPARATORS).upper()
        wrong = _wrong_iban(compact)
        if not wrong:
            return Standard(compact, compact)
        text = value.strip()
        problem = Problem(
            "invalid_iban", f"{shown(value)} is not an IBAN: {wrong}.", "Compare it with the bank's letter."
        )
        return Standard(text, "", spreadsheet_damage(text) or problem)

    return iban


@standardiser("bic")
def make_bic(binding: Binding) -> Standardiser:
    def bic(value: str, region: str) -> Standard:
        compact = value.translate(_SEPARATORS).upper()
        match = _BIC.fullmatch(compact)
        if match is not None and (match[1] == "XK" or match[1] in iso.codes_of("iso:country")):
            return Standard(compact.removesuffix("XXX") if len(compact) == 11 else compact)
        remedy = "Send 8 or 11 characters, such as DEUTDEFF."
        return Standard(value.strip(), "", Problem("invalid_bic", f"{shown(value)} is not a BIC.", remedy))

    return bic


def _wrong_iban(compact: str) -> str:
    """What is wrong with it; empty when nothing is."""
    if not _SHAPE.fullmatch(compact):
        return "it needs a country, two check digits and the account, 34 characters at most"
    if int((compact[4:] + compact[:4]).translate(_TO_DIGITS)) % 97 != 1:
        return "its check digits do not fit"
    structure = _structure(compact[:2])
    if structure is None:
        return f"{compact[:2]} has no IBAN"
    if not structure.fullmatch(compact, 4):
        return f"it has not the form of {compact[:2]}"
    national = _national(compact[:2].lower())
    try:
        if national is not None:
            national.validate(compact)
    except ValidationError:
        return f"the national check digits of {compact[:2]} do not fit"
    return ""


@cache
def _structure(country: str) -> re.Pattern[str] | None:
    info = stdnum_iban._ibandb.info(country)[0][1]
    if not info:
        return None
    return re.compile(_PART.sub(lambda part: f"{_CLASSES[part[2]]}{{{part[1]}}}", info.get("bban", "")))


@cache
def _national(country: str) -> Any:
    return get_cc_module(country, "iban")
