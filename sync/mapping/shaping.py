"""From the golden record's word to the target's: value map, form, length."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from sync.mapping.content import Form, Scalar, Shaping, ValueMap
from sync.mapping.record import as_text, empty

_TRUE: Final = {"true", "1", "yes"}
_FALSE: Final = {"false", "0", "no"}


class Unshapeable(ValueError):
    """The value has no counterpart, or not this form. `code` is `unmapped` or `wrong_form`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def shaped(value: Scalar, shaping: Shaping) -> Any:
    """The value as the target wants it.

    Raises: Unshapeable.
    """
    if empty(value):
        return None
    if shaping.values is not None:
        value = _translated(value, shaping.values)
    if shaping.form is not None and not empty(value):
        value = FORMS[shaping.form](value)
    if shaping.cut is not None and isinstance(value, str):
        value = value[: shaping.cut].rstrip()
    return value


def _translated(value: Scalar, value_map: ValueMap) -> Scalar:
    word = as_text(value)
    if word in value_map.values:
        return value_map.values[word]
    if value_map.otherwise == "error":
        raise Unshapeable("unmapped", f"{word!r} has no counterpart there. Add it to the value map.")
    return value if value_map.otherwise == "keep" else None


def _integer(value: Scalar) -> int:
    number = _decimal(value)
    if number != number.to_integral_value():
        raise Unshapeable("wrong_form", f"{as_text(value)!r} is no whole number.")
    return int(number)


def _number(value: Scalar) -> int | float:
    number = _decimal(value)
    return int(number) if number == number.to_integral_value() else float(number)


def _decimal(value: Scalar) -> Decimal:
    try:
        number = Decimal(as_text(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number.adjusted() > 30:
        raise Unshapeable("wrong_form", f"{as_text(value)[:40]!r} is no number.")
    return number


def _boolean(value: Scalar) -> bool:
    word = as_text(value).lower()
    if word not in _TRUE | _FALSE:
        raise Unshapeable("wrong_form", f"{word[:40]!r} is neither true nor false.")
    return word in _TRUE


def _date(value: Scalar) -> str:
    try:
        return dt.date.fromisoformat(as_text(value)[:10]).isoformat()
    except ValueError:
        raise Unshapeable("wrong_form", f"{as_text(value)[:40]!r} is no date.") from None


FORMS: Final[Mapping[Form, Callable[[Scalar], Any]]] = {
    "text": as_text,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "upper": lambda value: as_text(value).upper(),
    "lower": lambda value: as_text(value).lower(),
}
