"""How a raw value becomes what is compared. A reader answers an empty text where it finds nothing usable.

To add a reader, write a function from text to text and register it under a name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from mdm.engine import iso
from mdm.engine.fold import fold, fold_script
from mdm.engine.legal_forms import split_legal_form
from mdm.engine.matching.models import models_of
from mdm.engine.matching.words import STREET_WORDS
from mdm.engine.standardise.number import written

Reader = Callable[[str], str]
READERS: Final[dict[str, Reader]] = {}
LONGEST: Final = 2_000
"""A cell says what it says in its first characters; a cell of megabytes must not cost more."""

_NOTHING: Final = frozenset(
    ("", "n a", "na", "none", "null", "nan", "unknown", "unbekannt", "not available", "tbd", "xxx")
)
_DIGITS: Final = re.compile(r"\D+")
_ALNUM: Final = re.compile(r"[^0-9A-Z]+")
_NUMBER: Final = re.compile(r"[-+]?\d[\d.,' ]*")
_DATE: Final = re.compile(r"(\d{4})\D?(\d{1,2})\D?(\d{1,2})(?!\d)")
_DATE_LAST: Final = re.compile(r"(\d{1,2})\D(\d{1,2})\D(\d{4})(?!\d)")
_MONTH: Final = re.compile(r"(\d{4})\D(\d{1,2})")
_YEAR: Final = re.compile(r"\d{4}")
_HOST: Final = re.compile(r"(?:[a-z]+://)?(?:[^/@\s]*@)?(?:www\d?\.)?([^/\s:?#]+\.[^/\s:?#]+)")
_FEWEST_DIGITS: Final = 6


def reader(name: str) -> Callable[[Reader], Reader]:
    def register(read: Reader) -> Reader:
        READERS[name] = read
        return read

    return register


@reader("text")
def read_text(raw: str) -> str:
    """Folded words, or the script as written where folding leaves nothing."""
    text = raw[:LONGEST]
    folded = fold(text) or fold_script(text)
    return "" if folded in _NOTHING else folded


@reader("organisation")
def read_organisation(raw: str) -> str:
    return read_text(split_legal_form(raw[:LONGEST]).core)


@reader("legal_form")
def read_legal_form(raw: str) -> str:
    return fold(split_legal_form(raw[:LONGEST]).form)


@reader("person")
def read_person(raw: str) -> str:
    """`Smith, John` reads `john smith`."""
    text = raw[:LONGEST]
    if "," not in text:
        return read_text(text)
    last, _, first = text.partition(",")
    if last.strip() and first.strip() and "," not in first and len(last.split()) == 1 and len(first.split()) < 4:
        text = f"{first} {last}"
    return read_text(text)


@reader("street")
def read_street(raw: str) -> str:
    words = read_text(raw).split()
    return " ".join(STREET_WORDS.get(word, word) for word in words)


@reader("country")
def read_country(raw: str) -> str:
    folded = read_text(raw[:80])
    return iso.names_of("iso:country").get(folded, folded)


@reader("phone")
def read_phone(raw: str) -> str:
    """The last nine digits: what stays when prefixes and extensions are written in another way."""
    digits = _DIGITS.sub("", re.split(r";|ext|x", raw[:80].lower())[0]).lstrip("0")
    return digits[-9:] if len(digits) >= _FEWEST_DIGITS and len(set(digits)) > 1 else ""


@reader("email")
def read_email(raw: str) -> str:
    text = raw[:LONGEST].strip().lower()
    name, at, host = text.rpartition("@")
    return text if at and name and "." in host and " " not in text else ""


@reader("web")
def read_web(raw: str) -> str:
    match = _HOST.match(raw[:LONGEST].strip().lower())
    return match[1].rstrip(".") if match else ""


@reader("identifier")
def read_identifier(raw: str) -> str:
    """Letters and digits; `scheme:number` keeps its scheme."""
    scheme, colon, number = raw[:LONGEST].strip().rpartition(":")
    compact = _ALNUM.sub("", number.upper())
    if len(set(compact)) < 2 or not any(char.isdigit() for char in compact):
        return ""
    return f"{scheme}:{compact}" if colon and scheme.isidentifier() else compact


@reader("models")
def read_models(raw: str) -> str:
    return " ".join(models_of(raw))


@reader("code")
def read_code(raw: str) -> str:
    return read_text(raw)


@reader("postal_code")
def read_postal_code(raw: str) -> str:
    compact = _ALNUM.sub("", raw[:40].upper())
    return compact if compact.strip("0") else ""


@reader("date")
def read_date(raw: str) -> str:
    """`YYYY-MM-DD`, or as much of it as is known."""
    text = raw[:40].strip()
    found = _DATE.match(text)
    if found:
        return _dated(int(found[1]), int(found[2]), int(found[3]))
    found = _DATE_LAST.match(text)
    if found:
        return _dated(int(found[3]), int(found[2]), int(found[1]))
    found = _MONTH.fullmatch(text)
    if found:
        return f"{int(found[1]):04d}-{int(found[2]):02d}"
    return text if _YEAR.fullmatch(text) else ""


def _dated(year: int, month: int, day: int) -> str:
    if month > 12 >= day:
        month, day = day, month
    return f"{year:04d}-{month:02d}-{day:02d}" if year and month and day and month <= 12 and day <= 31 else ""


@reader("number")
def read_number(raw: str) -> str:
    """A plain decimal; currency signs and units around it are dropped."""
    match = _NUMBER.search(raw[:80])
    if match is None:
        return ""
    text = match[0].replace("'", "").replace(" ", "")
    point = max(text.rfind("."), text.rfind(","))
    grouped = point >= 0 and len(text) - point == 4 and text.count(text[point]) >= 1 and text.strip("-+")[0] != "0"
    if point < 0 or (grouped and "." not in text[point:] and text.count(",") > 0):
        plain = text.replace(",", "").replace(".", "") if point >= 0 else text
    else:
        plain = text[:point].replace(",", "").replace(".", "") + "." + text[point + 1 :]
    return _decimal(plain)


def _decimal(plain: str) -> str:
    from decimal import Decimal, InvalidOperation

    try:
        return written(Decimal(plain))
    except InvalidOperation:
        return ""
