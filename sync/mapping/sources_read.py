"""Where a value comes from, as a mapping's data says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, get_args

from sync.mapping.content import Constant, Fact, First, Golden, Identifier, Joined, Source, Told
from sync.mapping.notes import Notes

WORDS: Final = {"from", "constant", "golden", "id", "first", "join", "separator"}
_ONE_OF: Final = ("from", "constant", "golden", "id", "first", "join")


def source(data: Mapping[str, Any], where: str, notes: Notes, *, group: str) -> Source | None:
    """The one source that the data names; None after noting that it names none, or several."""
    named = [word for word in _ONE_OF if word in data]
    if len(named) != 1:
        what = f"It has {' and '.join(named)}." if named else "Nothing says where its value comes from."
        notes.wrong(where, what, f"Give exactly one of {', '.join(_ONE_OF)}.")
        return None
    if "separator" in data and named != ["join"]:
        notes.wrong(f"{where}.separator", "There is nothing to join.", "Use it with join.")
    word = named[0]
    place = f"{where}.{word}"
    if word in ("first", "join"):
        return _several(word, data, place, notes, group=group)
    return _single(word, data[word], place, notes, group=group)


def _single(word: str, told: Any, place: str, notes: Notes, *, group: str) -> Source | None:
    if word == "from":
        path = notes.path(told, place, group=group)
        if path.endswith("]"):
            notes.wrong(place, "That is an element, not a value.", f"Name one of its values: {path}.city.")
            return None
        return Golden(path) if path else None
    if word == "constant":
        return Constant(notes.scalar({"constant": told}, "constant", place.removesuffix(".constant")))
    if word == "golden":
        allowed = [fact for fact in get_args(Fact) if group or fact != "key"]
        if told not in allowed:
            notes.wrong(place, f"{told!r} is no fact of the golden record.", f"Use one of {', '.join(allowed)}.")
            return None
        return Told(told)
    return _identifier(told, place, notes)


def _identifier(told: object, place: str, notes: Notes) -> Identifier | None:
    parts = (told.get("system"), told.get("type")) if isinstance(told, Mapping) and len(told) == 2 else (None, None)
    if not all(isinstance(part, str) and part for part in parts):
        notes.wrong(place, "It names no identifier.", 'Write {"system": "ERP", "type": "party"}.')
        return None
    found = Identifier(str(parts[0]), str(parts[1]))
    notes.identifiers.add(found)
    return found


def _several(word: str, data: Mapping[str, Any], place: str, notes: Notes, *, group: str) -> Source | None:
    told = data[word]
    if not isinstance(told, list) or not told:
        notes.wrong(place, "It is no list of sources.", 'Write ["addresses[billing].city", "addresses[*].city"].')
        return None
    found = tuple(_part(each, f"{place}[{number}]", notes, group=group) for number, each in enumerate(told))
    sources = tuple(each for each in found if each is not None)
    if word == "first":
        return First(sources)
    separator = data.get("separator", " ")
    if not isinstance(separator, str) or len(separator) > 10:
        notes.wrong(f"{place.removesuffix(word)}separator", "It is no short text.", "Give up to 10 characters.")
        separator = " "
    return Joined(sources, separator)


def _part(told: object, place: str, notes: Notes, *, group: str) -> Source | None:
    """A path, or an object with a source of its own."""
    if isinstance(told, str):
        return _single("from", told, place, notes, group=group)
    if isinstance(told, Mapping):
        notes.known(place, told, WORDS)
        return source(told, place, notes, group=group)
    notes.wrong(place, "It is no source.", 'Write a path, or an object such as {"constant": "EUR"}.')
    return None
