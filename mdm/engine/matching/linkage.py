"""Average linkage of very many records at once: all pairs of clusters that are each other's best join together.

Joining the best pair first, one at a time, comes to the same clusters: a mean over two joined clusters is never above
the better of its two parts, so what is each other's best stays so whatever else joins. That needs evidence that only
averages: where something is forbidden, `clustering` goes step by step.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from mdm.engine.matching.sorting import firsts, sorted_places
from mdm.engine.matching.table import Bools, Floats, Longs

_NOTHING: Final = np.iinfo(np.int64).max


class _Links(NamedTuple):
    """Between clusters one < other: the sum of the scores across, and how many pairs were compared."""

    one: Longs
    other: Longs
    total: Floats
    counted: Longs

    def where(self, kept: Bools) -> _Links:
        return _Links(self.one[kept], self.other[kept], self.total[kept], self.counted[kept])


def joined(n: int, low: Longs, high: Longs, scores: Floats, threshold: float, missing: float) -> Longs:
    """The smallest member of the cluster of each of `n` records; each pair is there once, low < high.

    `missing` is the score of a pair that was not compared; it is below the threshold.
    """
    label, sizes = np.arange(n), np.ones(n, dtype=np.int64)
    best, partner = np.full(n, -np.inf), np.full(n, _NOTHING)
    links = _Links(low, high, scores, np.ones(len(low), dtype=np.int64))
    while len(links.one):
        means = _means(links, sizes, missing)
        alive = _alive(links, means >= threshold, n)
        links, means = links.where(alive), means[alive]
        chosen = _each_others_best(links, means, means >= threshold, best, partner, n)
        into, gone = links.one[chosen], links.other[chosen]
        label[gone] = into
        sizes[into] += sizes[gone]
        links = _renamed(links, into, gone, label, n)
    return _roots(label)


def _means(links: _Links, sizes: Longs, missing: float) -> Floats:
    every = sizes[links.one] * sizes[links.other]
    return np.asarray((links.total + (every - links.counted) * missing) / every)


def _alive(links: _Links, strong: Bools, n: int) -> Bools:
    """Links between clusters that can still join with something."""
    able = np.zeros(n, dtype=bool)
    able[links.one[strong]] = True
    able[links.other[strong]] = True
    return able[links.one] & able[links.other]


def _each_others_best(links: _Links, means: Floats, strong: Bools, best: Floats, partner: Longs, n: int) -> Longs:
    """Places of the links whose clusters have no better one: the higher mean, then the smaller clusters' numbers."""
    places = np.flatnonzero(strong)
    ends = (links.one[places], links.other[places])
    means, key = means[places], ends[0] * n + ends[1]
    for end in ends:
        best[end], partner[end] = -np.inf, _NOTHING
    for end in ends:
        np.maximum.at(best, end, means)
    for end in ends:
        tied = means == best[end]
        np.minimum.at(partner, end[tied], key[tied])
    mutual: Longs = places[(partner[ends[0]] == key) & (partner[ends[1]] == key)]
    return mutual


def _renamed(links: _Links, into: Longs, gone: Longs, label: Longs, n: int) -> _Links:
    """The links after the joins; what led to both parts of a joined cluster is added up."""
    touched = np.zeros(n, dtype=bool)
    touched[into] = touched[gone] = True
    moved = touched[links.one] | touched[links.other]
    rest, changed = links.where(~moved), links.where(moved)
    one, other = label[changed.one], label[changed.other]
    apart = one != other
    low, high = np.minimum(one, other)[apart], np.maximum(one, other)[apart]
    keys = low * n + high
    order = sorted_places(keys)
    keys = keys[order]
    starts = np.flatnonzero(firsts(keys))
    pairs = keys[starts]
    total = np.add.reduceat(changed.total[apart][order], starts) if len(pairs) else np.zeros(0)
    count = np.add.reduceat(changed.counted[apart][order], starts) if len(pairs) else np.zeros(0, dtype=np.int64)
    added = _Links(pairs // n, pairs % n, total, count)
    return _Links(*(np.concatenate(both) for both in zip(rest, added, strict=True)))


def _roots(label: Longs) -> Longs:
    while True:
        further = label[label]
        if np.array_equal(further, label):
            return label
        label = further
