"""Phone numbers: E.164 through phonenumbers, read in the country of the record's address."""

from __future__ import annotations

import re
from functools import cache
from typing import Final, NamedTuple

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

_PLAIN: Final = re.compile(r"\+?[0-9][0-9 ()/.\-]{5,29}", re.ASCII)
_SEPARATORS: Final = {ord(char): None for char in " ()/.-"}
_NOTHING: Final = re.compile(r"(?!)")
_LONGEST_NATIONAL: Final = 15
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
    quick = _quick(text, region)
    if quick:
        return Standard(quick, quick)
    try:
        number = phonenumbers.parse(text, region or None)
    except NumberParseException as error:
        return Standard(text, "", _invalid(text, region, _CAUSES.get(error.error_type, "cannot be read")))
    if not phonenumbers.is_valid_number(number):
        return Standard(text, "", _invalid(text, region, "does not exist in its country's numbering plan"))
    written = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    extension = f";ext={number.extension}" if number.extension else ""
    return Standard(written + extension, written)


def _quick(text: str, region: str) -> str:
    """E.164 of a plainly written number, where phonenumbers' long way could only come to the same; else empty.

    Parsing strips a national prefix only when what is left is viable; so a number that is valid once its literal prefix
    is gone, and that starts with neither an exit code nor its own country code, has one reading.
    """
    if not _PLAIN.fullmatch(text) or "(0" in text:
        return ""
    digits = text.translate(_SEPARATORS)
    if digits[0] == "+":
        digits = digits[1:]
        code = next((digits[:length] for length in (2, 1, 3) if _stripped(digits[:length])), "")
        national, stripped = digits[len(code) :], _stripped(code)
        if stripped is None or stripped.match(national):
            return ""
    else:
        plan = _national(region)
        if plan is None or not digits.startswith(plan.prefix) or plan.elsewhere.match(digits):
            return ""
        code, national = plan.code, digits[len(plan.prefix) :]
    if not national or national[0] == "0" or len(national) > _LONGEST_NATIONAL:
        return ""
    number = phonenumbers.PhoneNumber(country_code=int(code), national_number=int(national))
    return f"+{code}{national}" if phonenumbers.is_valid_number(number) else ""


class _National(NamedTuple):
    """How a country writes its own numbers: the literal prefix, and what would mean a number of elsewhere."""

    code: str
    prefix: str
    elsewhere: re.Pattern[str]


@cache
def _national(region: str) -> _National | None:
    """None when the country's prefix is more than a literal, or it has none."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None) if region else None
    if metadata is None or not metadata.national_prefix or metadata.national_prefix_transform_rule:
        return None
    if metadata.national_prefix_for_parsing != metadata.national_prefix:
        return None
    code = str(metadata.country_code)
    exits = f"{metadata.international_prefix or '00'}|{code}"
    return _National(code, metadata.national_prefix, re.compile(exits))


@cache
def _stripped(code: str) -> re.Pattern[str] | None:
    """What a country may strip from the front of its numbers; None when no country has this calling code."""
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(code)) if code else None
    if regions is None:
        return None
    metadata = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(int(code), regions[0])
    pattern = metadata.national_prefix_for_parsing if metadata else None
    return re.compile(pattern) if pattern else _NOTHING


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
