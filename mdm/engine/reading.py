"""From what JSON, CSV or a spreadsheet brought to a value of the attribute's type, or a refusal."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from mdm.engine.schema import Scalar
from mdm.engine.standardise.number import written
from mdm.engine.standardise.registry import Problem, shown

_TRUE: Final = frozenset(("true", "yes", "y", "x", "1", "ja", "j", "wahr", "oui", "sí", "si"))
_FALSE: Final = frozenset(("false", "no", "n", "0", "nein", "falsch", "non", "-"))
_INTEGER: Final = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_EXACT: Final = 1e15
_BIGGEST: Final = 10**18


class Refused(Exception):
    """The raw value cannot be one of this type."""

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.problem = Problem(code, message, remedy, "reject")


def read_text(raw: Any) -> str:
    """Text; a whole number is written out, because spreadsheets hold codes as numbers.

    Raises: Refused for truth values, fractions, lists and objects, and numbers beyond a spreadsheet's precision.
    """
    if isinstance(raw, str):
        return str(raw)
    if isinstance(raw, bool):
        raise Refused("not_text", f"{raw} is a truth value, not text.", "Send the text in quotes.")
    if isinstance(raw, int) and abs(raw) < _BIGGEST:
        return str(raw)
    if isinstance(raw, float) and abs(raw) < _EXACT and raw.is_integer():
        return str(int(raw))
    if isinstance(raw, int | float):
        raise Refused(
            "not_text",
            f"{_number(raw)} is a number whose digits are not certain.",
            "Send it as text, in quotes; in a spreadsheet, format the column as text.",
        )
    raise _structure(raw)


def read_decimal(raw: Any) -> str:
    """A number as text, as exact as it was sent.

    Raises: Refused when it is no number.
    """
    if isinstance(raw, float) and not isinstance(raw, bool):
        if math.isnan(raw) or abs(raw) >= _EXACT:
            raise Refused("not_a_number", f"{_number(raw)} has no exact value.", "Send the number as text.")
        return written(Decimal(repr(raw)))
    return read_text(raw)


def read_integer(raw: Any) -> int:
    """A whole number of at most 18 digits.

    Raises: Refused when it is none.
    """
    text = read_text(raw).strip()
    if not _INTEGER.fullmatch(text):
        raise Refused("not_an_integer", f"{shown(text)} is not a whole number.", "Send digits only, 18 at most.")
    return int(text)


def read_boolean(raw: Any) -> bool:
    """True or false, also as yes / no, X, 1 / 0.

    Raises: Refused when it is neither.
    """
    if isinstance(raw, bool):
        return raw
    text = read_text(raw).strip().lower()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise Refused("not_a_boolean", f"{shown(text)} is neither true nor false.", "Send true or false.")


READERS: Final[dict[str, Callable[[Any], Scalar]]] = {
    "text": read_text,
    "code": read_text,
    "date": read_text,
    "decimal": read_decimal,
    "integer": read_integer,
    "boolean": read_boolean,
}


def unstorable(text: str) -> Problem | None:
    """Characters no database text can hold: NUL and halves of surrogate pairs."""
    for char in text:
        if char == "\0" or unicodedata.category(char) == "Cs":
            return Problem(
                "invalid_character",
                f"{shown(text.encode('ascii', 'backslashreplace').decode())} holds the character U+{ord(char):04X}.",
                "Remove it and send the value again.",
                "reject",
            )
    return None


def too_long(text: str, limit: int) -> Problem:
    return Problem(
        "too_long", f"{shown(text)} has {len(text)} characters.", f"Send {limit} characters at most.", "reject"
    )


def quoted(raw: object) -> str:
    """A raw value as an issue names it: storable, short."""
    if isinstance(raw, int) and raw.bit_length() > 256:
        return "a very large number"
    text = raw if isinstance(raw, str) else repr(raw)
    text = text[:120]
    return text if text.isprintable() else text.encode("ascii", "backslashreplace").decode().replace("\0", "\\x00")


def _structure(raw: object) -> Refused:
    kind = "an object" if isinstance(raw, dict) else "a list" if isinstance(raw, list) else type(raw).__name__
    return Refused("not_a_value", f"{kind} stands where one value belongs.", "Send one text, number or truth value.")


def _number(raw: float) -> str:
    return "It" if isinstance(raw, int) and raw.bit_length() > 256 else str(raw)
