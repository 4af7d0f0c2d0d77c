"""Clusters by constrained average linkage. Connected components are only where the work is cut into pieces.

Two clusters join while the mean score of all pairs across them reaches the threshold; a pair that was never compared
counts as evidence against. What a veto forbids is never joined, whatever the scores say.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np

from mdm.engine.matching.linkage import joined
from mdm.engine.matching.sorting import distinct, numbered
from mdm.engine.matching.table import Floats, Ints, Longs

MISSING: Final = -1.5
"""Bits of a pair that blocking never brought together."""
LOWEST: Final = -3.0
"""However strong the evidence against one pair, it must not outvote all others: unlike a veto, it is a number."""


class _Bounds(NamedTuple):
    """What joins, and what never does: by rank, `forbidden` the smaller first; `sources` as `sources_unique`."""

    threshold: float
    missing: float
    forbidden: set[tuple[int, int]]
    sources: Ints | None
    most: int

    def only_average(self, n: int) -> bool:
        """Whether nothing but the scores decides."""
        return not self.forbidden and self.sources is None and self.most >= n and self.threshold > self.missing


class _Piece:
    """One connected piece while it is clustered. Members are local numbers; `links[a][b]` = (sum, count) across."""

    def __init__(self, members: Longs, bounds: _Bounds) -> None:
        self.members = [[at] for at in range(len(members))]
        self.links: list[dict[int, tuple[float, int]]] = [{} for _ in members]
        self.apart: list[set[int]] = [set() for _ in members]
        sources = bounds.sources
        self.sources = [{int(sources[row])} - {-1} if sources is not None else set() for row in members]
        self.most = bounds.most
        self.missing = bounds.missing
        self.alive = [True] * len(members)

    def link(self, one: list[int], other: list[int], scores: list[float]) -> None:
        for a, b, score in zip(one, other, scores, strict=True):
            self.links[a][b] = self.links[b][a] = (score, 1)

    def forbid(self, places: dict[int, int], banned: list[tuple[int, int]]) -> None:
        for a, b in banned:
            if a in places and b in places:
                self.apart[places[a]].add(places[b])
                self.apart[places[b]].add(places[a])

    def stands(self, one: int, other: int, mean: float) -> bool:
        """Whether both are there still, and what is between them has not changed."""
        return self.alive[one] and self.alive[other] and self.mean(one, other) == mean

    def mean(self, one: int, other: int) -> float:
        total, count = self.links[one][other]
        every = len(self.members[one]) * len(self.members[other])
        return (total + (every - count) * self.missing) / every

    def may_join(self, one: int, other: int) -> bool:
        if other in self.apart[one] or len(self.members[one]) + len(self.members[other]) > self.most:
            return False
        return self.sources[one].isdisjoint(self.sources[other])

    def join(self, one: int, other: int) -> None:
        """`other` becomes part of `one`."""
        self.alive[other] = False
        self.members[one] += self.members[other]
        self.sources[one] |= self.sources[other]
        for third, (total, count) in self.links[other].items():
            if third == one:
                continue
            known = self.links[one].get(third, (0.0, 0))
            merged = (known[0] + total, known[1] + count)
            self.links[one][third] = self.links[third][one] = merged
            self.links[third].pop(other, None)
        self.links[one].pop(other, None)
        for third in self.apart[other]:
            self.apart[third].add(one)
        self.apart[one] |= self.apart[other]


def cluster(
    n: int,
    pairs: tuple[Ints | Longs, Ints | Longs],
    scores: Floats,
    threshold: float,
    *,
    vetoes: Iterable[tuple[int, int]] = (),
    sources_unique: Sequence[int] | Ints | None = None,
    max_diameter: float | None = None,
    max_size: int = 1 << 30,
    order: Longs | None = None,
    lowest: float = LOWEST,
    missing: float = MISSING,
) -> Ints:
    """Number of the cluster of each of `n` records; numbers follow the first member in `order`.

    `vetoes` are pairs that never end up together. `sources_unique[row]` is the source of a record whose source has each
    thing once (-1 = no such source): two records of it never end up together. `max_diameter` in bits: no compared pair
    inside a cluster scores below it. `order` ranks the records by content, so that the result does not depend on the
    order of the rows; without it, rows stand as they are.
    `lowest` is how much a single pair may speak against joining two clusters, however low it scores; `missing` is what
    a pair says that blocking did not bring together: little where the rules leave out many that match.
    """
    rank = np.arange(n)
    if order is not None:
        rank[order] = np.arange(n)
    places = _that_may_join(n, pairs, scores, threshold) if missing < threshold else np.arange(len(scores))
    left, right = (rank[np.asarray(side)[places]] for side in pairs)
    scores = scores[places]
    low, high = np.minimum(left, right), np.maximum(left, right)
    forbidden = {(min(a, b), max(a, b)) for a, b in ((int(rank[x]), int(rank[y])) for x, y in vetoes)}
    if max_diameter is not None:
        far = scores < max_diameter
        forbidden |= set(zip(low[far].tolist(), high[far].tolist(), strict=True))
    sources = None
    if sources_unique is not None:
        sources = np.full(n, -1, dtype=np.int32)
        sources[rank] = np.asarray(sources_unique, dtype=np.int32)
    bits = np.maximum(scores, min(lowest, threshold))
    labels = _ranked(n, low, high, bits, _Bounds(threshold, missing, forbidden, sources, max_size))
    return labels[rank].astype(np.int32)


def _that_may_join(n: int, pairs: tuple[Ints | Longs, Ints | Longs], scores: Floats, threshold: float) -> Longs:
    """Places of the pairs between records of which each has one that it may join: means only fall, so that a record
    without any stays alone, whatever joins.
    """
    left, right = (np.asarray(side) for side in pairs)
    strong = np.flatnonzero(scores >= threshold)
    able = np.zeros(n, dtype=bool)
    able[left[strong]] = able[right[strong]] = True
    return np.flatnonzero(able[left] & able[right])


def _ranked(n: int, low: Longs, high: Longs, scores: Floats, bounds: _Bounds) -> Longs:
    """Labels by rank: the smallest rank of each cluster, made consecutive."""
    if bounds.only_average(n):
        return numbered(joined(n, low, high, scores, bounds.threshold, bounds.missing))[1]
    pieces = _pieces(n, low, high, scores >= bounds.threshold)
    inside = pieces[low] == pieces[high]
    low, high, scores = low[inside], high[inside], scores[inside]
    return numbered(_step_by_step(pieces, low, high, scores, bounds))[1]


def _step_by_step(pieces: Longs, low: Longs, high: Longs, scores: Floats, bounds: _Bounds) -> Longs:
    """As `joined`, one join after the other, so that what is forbidden can be looked at before each."""
    first = np.arange(len(pieces))
    order = np.lexsort((high, low, pieces[low]))
    low, high, bits = low[order], high[order], scores[order]
    by_piece: dict[int, list[tuple[int, int]]] = {}
    for pair in sorted(bounds.forbidden):
        if pieces[pair[0]] == pieces[pair[1]]:
            by_piece.setdefault(int(pieces[pair[0]]), []).append(pair)
    starts = np.flatnonzero(np.diff(pieces[low], prepend=-1))
    ends = np.append(starts[1:], len(low))[: len(starts)]
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        piece = slice(start, end)
        banned = by_piece.get(int(pieces[low[start]]), [])
        _agglomerate(first, low[piece], high[piece], bits[piece], banned, bounds)
    return first


def _pieces(n: int, low: Longs, high: Longs, linked: np.ndarray) -> Longs:
    """Connected components over the links: clusters never reach across them."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    one, other = low[linked], high[linked]
    if not len(one):
        return np.arange(n)
    graph = coo_matrix((np.ones(len(one), dtype=np.int8), (one, other)), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _agglomerate(
    first: Longs,
    low: Longs,
    high: Longs,
    bits: Floats,
    banned: list[tuple[int, int]],
    bounds: _Bounds,
) -> None:
    """Join the best pair of clusters while there is one; writes the smallest rank of each cluster into `first`."""
    rows = distinct(np.concatenate((low, high)))
    one, other = np.searchsorted(rows, low).tolist(), np.searchsorted(rows, high).tolist()
    piece = _Piece(rows, bounds)
    piece.link(one, other, bits.tolist())
    piece.forbid({int(row): at for at, row in enumerate(rows.tolist())}, banned)
    heap = [(-score, a, b) for a, b, score in zip(one, other, bits.tolist(), strict=True) if score >= bounds.threshold]
    heapq.heapify(heap)
    while heap:
        negative, a, b = heapq.heappop(heap)
        if piece.stands(a, b, -negative) and piece.may_join(a, b):
            piece.join(a, b)
            for third in piece.links[a]:
                mean = piece.mean(a, third)
                if mean >= bounds.threshold:
                    heapq.heappush(heap, (-mean, min(a, third), max(a, third)))
    for members, alive in zip(piece.members, piece.alive, strict=True):
        if alive:
            first[rows[members]] = rows[min(members)]


def assign_one_to_one(
    left: Ints, right: Ints, scores: Floats, threshold: float, order: Longs | None = None
) -> np.ndarray:
    """Which pairs stand when every record has one partner at most: the best pairs first (a mask over the pairs)."""
    rank = np.argsort(order, kind="stable") if order is not None else None
    keys = (right, left, -scores) if rank is None else (rank[right], rank[left], -scores)
    chosen = np.zeros(len(left), dtype=bool)
    taken: set[int] = set()
    for at in np.lexsort(keys).tolist():
        if scores[at] < threshold:
            break
        a, b = int(left[at]), int(right[at])
        if a not in taken and b not in taken:
            taken |= {a, b}
            chosen[at] = True
    return chosen
