"""Weak links: where one single pair holds a cluster together, and how it would fall apart."""

from __future__ import annotations

from typing import NamedTuple

from mdm.engine.matching.table import Floats, Ints, Longs


class WeakLink(NamedTuple):
    """Without the pair (left, right) the cluster falls into `one` and `other`."""

    cluster: int
    left: int
    right: int
    score: float
    one: tuple[int, ...]
    other: tuple[int, ...]


def weak_links(
    labels: Ints, pairs: tuple[Ints | Longs, Ints | Longs], scores: Floats, threshold: float
) -> list[WeakLink]:
    """The bridges (Tarjan) of each cluster of three records or more, the weakest first; each is a proposal to split."""
    edges: dict[int, list[tuple[int, int, float]]] = {}
    for a, b, score in zip(pairs[0].tolist(), pairs[1].tolist(), scores.tolist(), strict=True):
        if labels[a] == labels[b] and score >= threshold:
            edges.setdefault(int(labels[a]), []).append((a, b, score))
    found = [link for number, its in sorted(edges.items()) if len(its) > 1 for link in _bridges(number, its)]
    return sorted(found, key=lambda link: (link.score, link.left, link.right))


def _bridges(number: int, edges: list[tuple[int, int, float]]) -> list[WeakLink]:
    around: dict[int, list[int]] = {}
    for a, b, _ in edges:
        around.setdefault(a, []).append(b)
        around.setdefault(b, []).append(a)
    scores = {(min(a, b), max(a, b)): score for a, b, score in edges}
    links = []
    for parent, child in _cut_edges(around):
        side = _side(around, child, parent)
        pair = (min(parent, child), max(parent, child))
        rest = tuple(sorted(set(around) - side))
        links.append(WeakLink(number, *pair, scores[pair], rest, tuple(sorted(side))))
    return links


def _cut_edges(around: dict[int, list[int]]) -> list[tuple[int, int]]:
    """(parent, child) of every bridge, by depth-first search without recursion."""
    seen: dict[int, int] = {}
    low: dict[int, int] = {}
    found: list[tuple[int, int]] = []
    for root in sorted(around):
        if root not in seen:
            _search(root, around, seen, low, found)
    return found


def _search(
    root: int, around: dict[int, list[int]], seen: dict[int, int], low: dict[int, int], found: list[tuple[int, int]]
) -> None:
    stack = [(root, -1, iter(sorted(around[root])))]
    seen[root] = low[root] = len(seen)
    while stack:
        node, parent, rest = stack[-1]
        following = next(rest, None)
        if following is None:
            stack.pop()
            if stack:
                low[parent] = min(low[parent], low[node])
                if low[node] > seen[parent]:
                    found.append((parent, node))
        elif following not in seen:
            seen[following] = low[following] = len(seen)
            stack.append((following, node, iter(sorted(around[following]))))
        elif following != parent:
            low[node] = min(low[node], seen[following])


def _side(around: dict[int, list[int]], start: int, without: int) -> set[int]:
    """What hangs together with `start` once the edge to `without` is cut."""
    side = {start}
    waiting = [start]
    while waiting:
        node = waiting.pop()
        for following in around[node]:
            if following not in side and not (node == start and following == without):
                side.add(following)
                waiting.append(following)
    return side
