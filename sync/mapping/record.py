"""A golden record as rules look at it: values by path, elements by group, conditions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mdm.engine import paths
from sync.mapping.content import (
    AllOf,
    AnyOf,
    Condition,
    Constant,
    First,
    Golden,
    GoldenView,
    Has,
    Identifier,
    Is,
    Joined,
    Not,
    Scalar,
    Source,
    Told,
)

EVERY = "*"


class Found(NamedTuple):
    """A value and the golden path it is from; `used` are all golden values that made it."""

    value: Scalar
    path: str = ""
    used: tuple[tuple[str, Scalar], ...] = ()


class Element(NamedTuple):
    """The element that a repeated group is at."""

    group: str
    key: str


class Record:
    """One golden record, its elements found once."""

    def __init__(self, golden: GoldenView) -> None:
        self._golden = golden
        self._keys: dict[str, set[str]] = {}
        for text, value in golden.values.items():
            path = paths.parse(text)
            if path.group and not empty(value):
                self._keys.setdefault(path.group, set()).add(path.key)

    def keys(self, group: str, preferred: tuple[str, ...], *, only: bool) -> list[str]:
        """Keys of a group's elements: the preferred ones first, the others in their order."""
        there = self._keys.get(group, set())
        first = [key for key in preferred if key in there]
        return first if only else first + sorted(there - set(first))

    def value(self, source: Source, element: Element | None) -> Found:
        """What the source gives."""
        match source:
            case Golden(path):
                return self._at(path, element)
            case Constant(value):
                return Found(value)
            case Told(fact):
                return Found(self._fact(fact, element))
            case Identifier():
                return Found(self._golden.ids.get((source.system, source.type)))
            case First(sources):
                return self._first(sources, element)
            case Joined(sources, separator):
                return self._joined(sources, separator, element)

    def holds(self, condition: Condition | None, element: Element | None) -> bool:
        """Whether the condition is met; none always is."""
        match condition:
            case None:
                return True
            case Has(path):
                return self._has(path, element)
            case Is(path, values):
                return any(_is(self._at(path, element).value, value) for value in values)
            case Not(inner):
                return not self.holds(inner, element)
            case AllOf(conditions):
                return all(self.holds(each, element) for each in conditions)
            case AnyOf(conditions):
                return any(self.holds(each, element) for each in conditions)

    def _at(self, path: str, element: Element | None) -> Found:
        *_, last = places = list(self._places(path, element))
        for place in places:
            value = self._golden.values.get(place)
            if not empty(value):
                return Found(value, place, ((place, value),))
        return Found(None, last, ((last, None),) if EVERY not in last else ())

    def _places(self, path: str, element: Element | None) -> Iterator[str]:
        """Yield where the path may lead, in order; the last one is where it leads if nothing is there."""
        if path.startswith(".") and element is not None:
            yield paths.join(element.group, element.key, path[1:])
            return
        parsed = paths.parse(path) if not path.startswith(".") else paths.Path("", "", path)
        if parsed.key == EVERY:
            yield from (
                paths.join(parsed.group, key, parsed.attribute) for key in self.keys(parsed.group, (), only=False)
            )
        yield path

    def _has(self, path: str, element: Element | None) -> bool:
        if path.endswith("]"):
            group, _, key = path[:-1].partition("[")
            return key in self._keys.get(group, ()) or (key == EVERY and bool(self._keys.get(group)))
        return not empty(self._at(path, element).value)

    def _fact(self, fact: str, element: Element | None) -> Scalar:
        facts: dict[str, Scalar] = {
            "code": self._golden.code,
            "version": self._golden.version,
            "status": self._golden.status,
            "key": element.key if element else None,
        }
        return facts[fact]

    def _first(self, sources: tuple[Source, ...], element: Element | None) -> Found:
        looked_at = [self.value(source, element) for source in sources]
        return next((found for found in looked_at if not empty(found.value)), looked_at[0])

    def _joined(self, sources: tuple[Source, ...], separator: str, element: Element | None) -> Found:
        looked_at = [self.value(source, element) for source in sources]
        filled = [found for found in looked_at if not empty(found.value)]
        used = tuple(pair for found in looked_at for pair in found.used)
        if not filled:
            return Found(None, looked_at[0].path, used)
        path = next((found.path for found in filled if found.path), "")
        return Found(separator.join(as_text(found.value) for found in filled), path, used)


def empty(value: object) -> bool:
    return value is None or value == ""


def as_text(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is(value: Scalar, wanted: Scalar) -> bool:
    """Whether they are the same, true never being 1; a golden number or flag may be told as text."""
    return as_text(value) == as_text(wanted) and value is not None
