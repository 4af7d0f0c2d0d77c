"""Parts of an address. Streets keep their words; postal codes take their country's form."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from mdm.engine.standardise.registry import (
    Binding,
    Problem,
    Standard,
    Standardiser,
    shown,
    spreadsheet_damage,
    standardiser,
)
from mdm.engine.standardise.text import clean, damage, recased

_HOUSE: Final = re.compile(r"(\d+)\s*([a-zA-Z])")
_RANGE: Final = re.compile(r"\s*([-–—/])\s*")

_FORMS: Final = {
    "99999": "DE FR IT ES FI EE HR TR UA MX TH ID MY LT MA KR",
    "9999": "AT CH BE DK NO LU HU BG SI LI AU NZ ZA CY GE",
    "999999": "RO IN RU CN SG KZ CO",
    "999 99": "SE CZ SK GR",
    "9999 AA": "NL",
    "99-999": "PL",
    "9999-999": "PT",
    "999-9999": "JP",
    "99999-999": "BR",
    "A9A 9A9": "CA",
}
POSTAL: Final = {country: form for form, countries in _FORMS.items() for country in countries.split()}
"""Postal codes by country: 9 stands for a digit, A for a letter."""
_US: Final = re.compile(r"(\d{5})-?(\d{4})?")
_GB: Final = re.compile(r"([A-Z]{1,2}\d[A-Z\d]?)(\d[A-Z]{2})")
_EXAMPLES: Final = {"US": "99999 or 99999-9999", "GB": "SW1A 1AA"}
_PREFIXED: Final = re.compile(r"[A-Z]{1,3}[- ](?=\d)")


@standardiser("house_number")
def make_house_number(binding: Binding) -> Standardiser:
    def house_number(value: str, region: str) -> Standard:
        text = _HOUSE.sub(lambda number: number[1] + number[2].lower(), clean(value))
        return Standard(_RANGE.sub(lambda sign: "/" if sign[1] == "/" else "-", text), "", damage(value))

    return house_number


@standardiser("street")
def make_street(binding: Binding) -> Standardiser:
    def street(value: str, region: str) -> Standard:
        return Standard(clean(value).strip(" ,;") or clean(value), "", damage(value))

    return street


@standardiser("postal_code")
def make_postal_code(binding: Binding) -> Standardiser:
    return postal_code


@lru_cache(maxsize=16_384)
def postal_code(value: str, region: str) -> Standard:
    text = clean(value)
    text = recased(text, text.upper())
    damaged = spreadsheet_damage(text)
    if damaged is not None:
        return Standard(text, "", damaged)
    bare = _PREFIXED.sub("", text, count=1) if region in POSTAL and region not in ("NL", "CA") else text
    compact = bare.replace(" ", "").replace("-", "")
    if region == "US":
        match = _US.fullmatch(compact)
        return Standard("-".join(filter(None, match.groups()))) if match else Standard(text, "", _misfit(value, region))
    if region == "GB":
        match = _GB.fullmatch(compact)
        return Standard(f"{match[1]} {match[2]}") if match else Standard(text, "", _misfit(value, region))
    if region not in POSTAL:
        return Standard(text, "", damage(value))
    return _by_form(value, text, compact, region)


def _by_form(value: str, text: str, compact: str, region: str) -> Standard:
    form = POSTAL[region]
    slots = form.replace(" ", "").replace("-", "")
    fits = len(compact) == len(slots) and all(
        char.isascii() and (char.isdigit() if slot == "9" else char.isalpha())
        for char, slot in zip(compact, slots, strict=True)
    )
    if not fits:
        return Standard(text, "", _misfit(value, region))
    chars = iter(compact)
    return Standard("".join(slot if slot in " -" else next(chars) for slot in form))


def _misfit(value: str, region: str) -> Problem:
    form = POSTAL.get(region, _EXAMPLES.get(region, ""))
    digits, slots = value.strip(), form.replace(" ", "").replace("-", "")
    hint = ""
    if digits.isascii() and digits.isdigit() and set(slots) == {"9"} and len(digits) == len(slots) - 1:
        hint = f"A spreadsheet may have dropped the leading zero: 0{digits}. "
    return Problem(
        "postal_code_form",
        f"{shown(value)} is not a postal code of {region}, which reads like {form.replace('9', '1')}.",
        f"{hint}Correct the postal code or the country of the address.",
    )
