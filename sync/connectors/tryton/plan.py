"""The next call that brings a party to what is wanted, or none. It writes what differs, and only what is ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sync.connectors.interface import Classified, FieldError, Outcome
from sync.connectors.tryton.shape import BY_NAME, OBJECT, Child, Group, Party, key_of
from sync.connectors.tryton.wanted import Element, Wanted

CountryId = Callable[[str], int | None]
_NOISE: Final = re.compile(r"[^0-9A-Za-z]")


@dataclass(frozen=True, slots=True)
class Step:
    """One write. `id` is None for a new party. `stamps`: the records that must be as they were read."""

    id: int | None
    values: Mapping[str, Any]
    stamps: Mapping[str, str] = field(default_factory=dict)


class CannotBe(Exception):
    """What is wanted cannot be had by writing."""

    def __init__(self, classified: Classified) -> None:
        super().__init__(classified.message)
        self.classified = classified


def next_step(live: Party | None, wanted: Wanted, country: CountryId) -> Step | None:
    """What to write next; None when the party is as wanted.

    Raises: CannotBe.
    """
    if live is None:
        return _creation(wanted, country) if wanted.creates else None
    changes = _Changes(live, wanted, country)
    values = changes.values()
    if not live.active and values:
        if wanted.active is not True:
            what = "The party is inactive in Tryton, which lets nobody change it. Activate it there, or unblock it."
            raise CannotBe(Classified(Outcome.REJECTED, "inactive_there", what))
        values = {}  # first it has to be active, in a call of its own
    if wanted.active is not None and wanted.active != live.active:
        values["active"] = wanted.active
    return Step(live.id, values, changes.stamps | {f"{OBJECT},{live.id}": live.stamp}) if values else None


def _creation(wanted: Wanted, country: CountryId) -> Step:
    """A new party. One that is to be inactive is made active: Tryton fills none that is not."""
    values: dict[str, Any] = {"code": wanted.golden_id, "name": wanted.name, "addresses": None}
    for relation, commands in _by_relation(_new(name, elements, country) for name, elements in wanted.groups.items()):
        values[relation] = commands
    return Step(None, values)


def _new(name: str, elements: Sequence[Element], country: CountryId) -> tuple[str, list[Any]]:
    group = BY_NAME[name]
    rows = [_row(group, element, number, country) for number, element in enumerate(elements)]
    return group.relation, [["create", rows]] if rows else []


def _by_relation(parts: Iterator[tuple[str, list[Any]]]) -> Iterator[tuple[str, list[Any]]]:
    """Groups that lie in the same list there are written as one."""
    joined: dict[str, list[Any]] = {}
    for relation, commands in parts:
        joined.setdefault(relation, []).extend(commands)
    return ((relation, commands) for relation, commands in joined.items() if commands)


class _Changes:
    """What differs between a party and what is wanted of it."""

    def __init__(self, live: Party, wanted: Wanted, country: CountryId) -> None:
        self.stamps: dict[str, str] = {}
        self._live = live
        self._wanted = wanted
        self._country = country

    def values(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        if self._wanted.name is not None and self._wanted.name != self._live.name.strip():
            values["name"] = self._wanted.name
        groups = (self._group(BY_NAME[name], elements) for name, elements in self._wanted.groups.items())
        return values | dict(_by_relation(groups))

    def _group(self, group: Group, elements: Sequence[Element]) -> tuple[str, list[Any]]:
        children = self._live.children[group.name]
        ours = {
            key_of(group, child.sequence, child.values): child
            for child in reversed(children)
            if child.is_ours and child.active
        }
        taken: set[int] = set()
        writes: list[Any] = []
        rows: list[dict[str, Any]] = []
        for number, element in enumerate(elements):
            child = ours.get(element.key) or _taken_over(group, children, element, taken)
            if child is None:
                rows.append(_row(group, element, number, self._country))
                continue
            taken.add(child.id)
            changed = _changed(group, child, element, number, self._country)
            if changed:
                writes += self._write(group, child, changed)
        # What is no longer wanted stays as it was, inactive: documents there may point to it.
        for child in (each for each in children if each.is_ours and each.active and each.id not in taken):
            writes += self._write(group, child, {"active": False})
        return group.relation, [*([["write", *writes]] if writes else []), *([["create", rows]] if rows else [])]

    def _write(self, group: Group, child: Child, values: Mapping[str, Any]) -> list[Any]:
        self.stamps[f"{group.model},{child.id}"] = child.stamp
        return [[child.id], values]


def _taken_over(group: Group, children: Sequence[Child], element: Element, taken: set[int]) -> Child | None:
    """A record with the very content: ours of former times, or one that somebody made before us."""
    for child in children:
        former = child.is_ours and not child.active and child.sequence == element.sequence
        foreign = child.active and not child.is_ours
        if (former or foreign) and child.id not in taken and not _differing(group, child, element):
            return child
    return None


def _changed(group: Group, child: Child, element: Element, number: int, country: CountryId) -> dict[str, Any]:
    if not child.active:
        return {"active": True}  # all else is read-only until it is
    values = {name: _there(group, name, element, number, country) for name in _differing(group, child, element)}
    return values | ({"sequence": element.sequence} if child.sequence != element.sequence else {})


def _differing(group: Group, child: Child, element: Element) -> list[str]:
    return [name for name in group.fields if not _same(group, name, child.values.get(name), element.values.get(name))]


def _same(group: Group, name: str, found: Any, wanted: Any) -> bool:
    one, other = str(found or "").strip(), str(wanted or "").strip()
    if group.name == "identifiers" and name == "code":
        return _NOISE.sub("", one).upper() == _NOISE.sub("", other).upper()
    return one == other


def _row(group: Group, element: Element, number: int, country: CountryId) -> dict[str, Any]:
    values = {name: _there(group, name, element, number, country) for name in group.fields}
    fixed = {"type": group.types[0]} if group.types and "type" not in group.fields else {}
    return fixed | values | {"sequence": element.sequence}


def _there(group: Group, name: str, element: Element, number: int, country: CountryId) -> Any:
    """The value in Tryton's form."""
    value = element.values[name]
    if name != "country" or value is None:
        return value
    found = country(value)
    if found is None:
        place = f"{group.name}[{number}].country"
        fault = FieldError(place, f"Tryton knows no country {value}.", "", "not_in_list")
        raise CannotBe(Classified(Outcome.REJECTED, "no_such_country", fault.message, field_errors=(fault,)))
    return found
