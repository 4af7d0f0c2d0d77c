"""Parameters of an address, read strictly: a misspelt one is refused, since ignoring it would answer something else."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final

from django.http import QueryDict

from mdm.api.problems import wrong_parameter

MAX_ID: Final = 200
_TRUE: Final = {"true": True, "false": False, "": False}


def require_known(query: QueryDict, known: Collection[str]) -> None:
    """Raises: RequestRefused (400) for a parameter that is not one of `known`, and for one given twice."""
    for name in query:
        if name not in known:
            raise wrong_parameter(
                name[:60], "", f"There is no parameter {name[:60]!r} here.", f"Use only {', '.join(sorted(known))}."
            )
        if len(query.getlist(name)) > 1:
            raise wrong_parameter(name, "", f"{name} is given more than once.", "Send it once.")


def instant(name: str, text: str) -> datetime | None:
    """Return the moment that `text` says, or None when it is empty.

    Raises: RequestRefused (400) when it is no ISO 8601 time, or has no offset.
    """
    if not text:
        return None
    remedy = "Send an ISO 8601 time with its offset, such as 2026-03-12T10:00:00Z or 2026-03-12T11:00:00%2B01:00."
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise wrong_parameter(name, text, f"{name} is not a time.", remedy) from None
    raise wrong_parameter(name, text, f"{name} has no offset, so it could mean several moments.", remedy)


def flag(name: str, text: str) -> bool:
    """Raises: RequestRefused (400) for anything but true and false."""
    if text.lower() not in _TRUE:
        raise wrong_parameter(name, text, f"{name} must be true or false.", f"Send {name}=true, or leave it out.")
    return _TRUE[text.lower()]


def whole_number(name: str, text: str, *, default: int, highest: int) -> int:
    """Raises: RequestRefused (400) for anything but a number from 1 to `highest`."""
    if not text:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and 1 <= int(text) <= highest):
        raise wrong_parameter(
            name, text, f"{name} must be a whole number from 1 to {highest}.", f"Send {name}={default}."
        )
    return int(text)


def word_list(text: str) -> list[str] | None:
    """Return the words of a comma-separated parameter, or None when it is empty."""
    return [word.strip() for word in text.split(",") if word.strip()] or None


def storable(name: str, text: str, *, longest: int = MAX_ID) -> str:
    """Return `text`.

    Raises: RequestRefused (400) when it is empty, too long, or holds what no identifier can hold.
    """
    fault = fault_in(text, longest=longest)
    if fault:
        raise wrong_parameter(name, text, f"{name} {fault}.", f"Send 1 to {longest} visible characters.")
    return text


def fault_in(text: object, *, longest: int = MAX_ID) -> str:
    """Return what is wrong with an identifier, or an empty string. NUL and half characters cannot be stored."""
    if not isinstance(text, str):
        return "must be text"
    if not text.strip():
        return "is empty"
    if len(text) > longest:
        return f"has {len(text)} characters and may have {longest}"
    if not text.isascii() or "\x00" in text:
        return _fault_in_characters(text)
    return ""


def _fault_in_characters(text: str) -> str:
    if "\x00" in text:
        return "holds a NUL character"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "holds half a character (a lone surrogate)"
    return ""
