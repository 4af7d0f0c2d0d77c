"""Parts of a field's value that serve as blocking keys: `name:prefix5`."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Final

from mdm.engine.matching.declaration import ModelError

_NUMBERED: Final = re.compile(r"([a-z]+)(\d*)")
Part = Callable[[str], tuple[str, ...]]


def split_part(text: str, where: str = "keys") -> tuple[str, Part]:
    """(field, what of its value makes the key).

    Raises: ModelError when there is no such part.
    """
    field, colon, part = text.partition(":")
    return field, _part(part, where) if colon else whole


@cache
def _part(text: str, where: str) -> Part:
    match = _NUMBERED.fullmatch(text)
    name, number = (match[1], int(match[2] or 0)) if match else (text, 0)
    makers: dict[str, Callable[[int], Part]] = {
        "prefix": _prefix,
        "suffix": _suffix,
        "word": _word,
        "words": lambda _: words,
        "digits": lambda _: _digits,
        "sorted": lambda _: _sorted,
        "sound": lambda _: _sound,
        "initials": _initials,
        "year": lambda _: lambda value: (value[:4],),
    }
    if name not in makers:
        raise ModelError(
            where, expected=f"field:part with a part of {', '.join(makers)}", found=text, remedy="Write name:prefix5."
        )
    return makers[name](number)


def whole(value: str) -> tuple[str, ...]:
    return (value,)


def words(value: str) -> tuple[str, ...]:
    """Each distinct word of two characters or more."""
    return tuple(sorted({word for word in value.split() if len(word) > 1}))


def _prefix(length: int) -> Part:
    return lambda value: (value.replace(" ", "")[: length or 4],)


def _suffix(length: int) -> Part:
    return lambda value: (value.replace(" ", "")[-(length or 4) :],)


def _word(place: int) -> Part:
    def word(value: str) -> tuple[str, ...]:
        found = value.split()
        return (found[(place or 1) - 1],) if len(found) >= (place or 1) else ()

    return word


def _digits(value: str) -> tuple[str, ...]:
    found = re.findall(r"\d+", value)
    return (" ".join(found),) if found else ()


def _sorted(value: str) -> tuple[str, ...]:
    return (" ".join(sorted(value.split())),)


def _initials(length: int) -> Part:
    return lambda value: (" ".join(sorted(word[: length or 1] for word in value.split())),)


_SOUNDS: Final = str.maketrans("bfpvcgjkqsxzdtlmnr", "111122222222334556", "")


def _sound(value: str) -> tuple[str, ...]:
    """Soundex of the longest word."""
    word = max(value.split(), key=lambda each: (len(each), each), default="")
    if not word:
        return ()
    codes = word.translate(_SOUNDS)
    kept = [word[0]]
    last = codes[0]
    for code in codes[1:]:
        if code.isdigit() and code != last:
            kept.append(code)
        if code not in "hw":
            last = code
    return ("".join(kept)[:4].ljust(4, "0"),)
