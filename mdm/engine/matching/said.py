"""Reading plain data that people wrote: each function returns what is meant or names the mistake (ModelError)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from mdm.engine.matching.declaration import Field, ModelError

_MOST_BITS: Final = 1_000.0


def declared(name: str, fields: Mapping[str, Field], where: str) -> None:
    if name not in fields:
        raise ModelError(
            where, expected="a declared field", found=name, remedy="Declare it under fields, or correct it."
        )


def mapping_of(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ModelError(where, expected="a mapping", found=value, remedy="Write name: value pairs below it.")
    return value


def entries_of(content: Mapping[str, Any], name: str) -> Sequence[Any]:
    value = content.get(name)
    if not isinstance(value, list | tuple) or not value:
        raise ModelError(
            name, expected="a list with an entry at least", found=value, remedy="Write - {…} lines below it."
        )
    return value


def texts_of(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) and item for item in value):
        raise ModelError(where, expected="a list of texts", found=value, remedy="Write [A, B].")
    return tuple(value)


def text_of(value: object, where: str) -> str:
    if not isinstance(value, str) or not value:
        raise ModelError(where, expected="a text", found=value, remedy="Write a short text.")
    return value


def number_of(value: object, where: str) -> float:
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not abs(value) <= _MOST_BITS
        or math.isnan(value)
    ):
        raise ModelError(where, expected="a number", found=value, remedy="Write a number such as 4.5.")
    return float(value)


def yes_or_no(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise ModelError(where, expected="true or false", found=value, remedy="Write true or false.")
    return value


def size_of(value: object, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 100_000:
        raise ModelError(
            where, expected="a whole number from 1 to 100000", found=value, remedy="Write a number such as 50."
        )
    return value


def distinct(names: Sequence[str], where: str) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ModelError(where, expected="each name once", found=twice[0], remedy="Rename one of them.")


def only(mapping: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    unknown = sorted(str(name) for name in mapping if name not in known)
    if unknown:
        raise ModelError(
            where, expected=f"only {', '.join(known)}", found=unknown[0], remedy="Correct the spelling or remove it."
        )
