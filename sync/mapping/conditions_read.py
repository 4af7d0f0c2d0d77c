"""When a field counts, as a mapping's data says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sync.mapping.content import AllOf, AnyOf, Condition, Has, Is, Not
from sync.mapping.notes import Notes

_REMEDY: Final = 'Write {"has": path}, {"is": [path, value]}, {"not": ...}, {"all": [...]} or {"any": [...]}.'
_DEEPEST: Final = 10


def optional(data: Mapping[str, Any], where: str, notes: Notes, *, group: str) -> Condition | None:
    """The condition under `when`, or None where there is none."""
    return _condition(data["when"], f"{where}.when", notes, group, 0) if "when" in data else None


def _condition(data: object, where: str, notes: Notes, group: str, depth: int) -> Condition | None:
    if not isinstance(data, Mapping) or len(data) != 1 or depth > _DEEPEST:
        notes.wrong(where, "It is no condition.", _REMEDY)
        return None
    word, told = next(iter(data.items()))
    place = f"{where}.{word}"
    if word == "has":
        path = notes.path(told, place, group=group)
        return Has(path) if path else None
    if word == "is":
        return _is(told, place, notes, group)
    if word == "not":
        inner = _condition(told, place, notes, group, depth + 1)
        return Not(inner) if inner else None
    if word in ("all", "any") and isinstance(told, list) and told:
        found = tuple(
            _condition(each, f"{place}[{number}]", notes, group, depth + 1) for number, each in enumerate(told)
        )
        sound = tuple(each for each in found if each is not None)
        return AllOf(sound) if word == "all" else AnyOf(sound)
    notes.wrong(place, f"{word} is no condition.", _REMEDY)
    return None


def _is(told: object, place: str, notes: Notes, group: str) -> Condition | None:
    values = told[1:] if isinstance(told, list) else []
    if not isinstance(told, list) or not values or not all(isinstance(each, str | bool | int) for each in values):
        notes.wrong(place, "It compares nothing.", 'Write ["business_status", "active", "blocked"].')
        return None
    path = notes.path(told[0], f"{place}[0]", group=group)
    if path.endswith("]"):
        notes.wrong(f"{place}[0]", "That is an element, not a value.", 'Use {"has": ...} for an element.')
        return None
    return Is(path, tuple(values)) if path else None
