"""Values that come back to where they started: cycles over (system, attribute) of one domain. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

ANY = "*"


@dataclass(frozen=True, slots=True)
class Edge:
    """One flow's move of values of attributes from one system to another; no attributes named are all of them."""

    flow: str
    source: str
    target: str
    attributes: frozenset[str]

    def common(self, other: Edge) -> frozenset[str]:
        """The attributes both move."""
        return _common(self.attributes, other.attributes)


@dataclass(frozen=True, slots=True)
class Loop:
    """A way round: the flows in order, and the attributes that every one of them moves."""

    flows: tuple[str, ...]
    systems: tuple[str, ...]
    attributes: frozenset[str]

    def __str__(self) -> str:
        names = ", ".join(sorted(self.attributes)) or "every attribute"
        return f"{' → '.join((*self.systems, self.systems[0]))} carries {names}"


def loops_through(edge: Edge, others: Iterable[Edge]) -> Iterator[Loop]:
    """Yield each simple cycle that goes along `edge`; the hub recognises by itself what comes straight back to it."""
    by_source: dict[str, list[Edge]] = {}
    for other in others:
        if other.flow != edge.flow:
            by_source.setdefault(other.source, []).append(other)
    yield from _walk([edge], edge.attributes, by_source)


def _walk(path: list[Edge], shared: frozenset[str], by_source: dict[str, list[Edge]]) -> Iterator[Loop]:
    seen = {edge.source for edge in path}
    for onward in by_source.get(path[-1].target, ()):
        common = _common(shared, onward.attributes)
        if common is _NONE:
            continue
        if onward.target == path[0].source:
            flows = (*path, onward)
            yield Loop(tuple(edge.flow for edge in flows), tuple(edge.source for edge in flows), common)
        elif onward.target not in seen:
            yield from _walk([*path, onward], common, by_source)


# Nothing in common, as opposed to the empty set, which stands for every attribute.
_NONE = frozenset({""})


def _common(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    if not one or not other:
        return one or other
    return one & other or _NONE
