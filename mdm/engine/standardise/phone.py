"""Phone numbers: E.164 through phonenumbers, read in the country of the record's address."""

from __future__ import annotations

import re
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from mdm.engine.standardise.registry import (
    Binding,
    Problem,
    Standard,
    Standardiser,
    shown,
    spreadsheet_damage,
    standardiser,
)

_DOUBLE_ZERO: Final = re.compile(r"00(?=[1-9])")


@standardiser("phone")
def make_phone(binding: Binding) -> Standardiser:
    def phone(value: str, region: str) -> Standard:
        text = value.strip()
        damaged = spreadsheet_damage(text)
        if damaged is not None:
            return Standard(text, "", damaged)
        if text.startswith("+") or region:
            found = _read(text, region)
            if found.problem is None or not text.startswith("00"):
                return found
        international = _DOUBLE_ZERO.sub("+", text, count=1)
        if international.startswith("+"):
            found = _read(international, "")
            return found if found.problem is None else found._replace(value=text)
        return Standard(text, "", _no_region(text))

    return phone


def _read(text: str, region: str) -> Standard:
    try:
        number = phonenumbers.parse(text, region or None)
    except NumberParseException as error:
        return Standard(text, "", _invalid(text, region, _CAUSES.get(error.error_type, "cannot be read")))
    if not phonenumbers.is_valid_number(number):
        return Standard(text, "", _invalid(text, region, "does not exist in its country's numbering plan"))
    written = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    extension = f";ext={number.extension}" if number.extension else ""
    return Standard(written + extension, written)


_CAUSES: Final = {
    NumberParseException.INVALID_COUNTRY_CODE: "has no known country prefix",
    NumberParseException.TOO_SHORT_NSN: "is too short",
    NumberParseException.TOO_SHORT_AFTER_IDD: "is too short",
    NumberParseException.TOO_LONG: "is too long",
}


def _no_region(value: str) -> Problem:
    return Problem(
        "phone_country_unknown",
        f"{shown(value)} has no country prefix, and the record no country to read it in.",
        "Send the number with its prefix (+49 …), or the country of an address in the same row.",
    )


def _invalid(value: str, region: str, cause: str) -> Problem:
    place = f" (read in {region})" if region and not value.startswith("+") else ""
    return Problem(
        "invalid_phone",
        f"{shown(value)}{place} is not a phone number: it {cause}.",
        "Correct it in the source, or send it with its country prefix.",
    )
