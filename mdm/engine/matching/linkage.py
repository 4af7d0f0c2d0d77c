"""Average linkage of very many records at once: all pairs of clusters that are each other's best join together.

Joining the best pair first, one at a time, comes to the same clusters: a mean over two joined clusters is never above
the better of its two parts, so what is each other's best stays so whatever else joins. That needs evidence that only
averages: where something is forbidden, `clustering` goes step by step.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from mdm.engine.matching.sorting import firsts, sorted_places
from mdm.engine.matching.table import Floats, Ints, Longs

_NOTHING: Final = np.iinfo(np.int64).max


class _Links(NamedTuple):
    """Between clusters one < other: the sum of the scores across, how many pairs were compared, and the mean."""

    one: Ints
    other: Ints
    total: Floats
    counted: Ints
    mean: Floats

    def at(self, places: Longs) -> _Links:
        return _Links(
            self.one.take(places),
            self.other.take(places),
            self.total.take(places),
            self.counted.take(places),
            self.mean.take(places),
        )


def joined(n: int, low: Longs, high: Longs, scores: Floats, threshold: float, missing: float) -> Longs:
    """The smallest member of the cluster of each of `n` records; each pair is there once, low < high.

    `missing` is the score of a pair that was not compared; it is below the threshold.
    """
    label, sizes = np.arange(n, dtype=np.int32), np.ones(n, dtype=np.int64)
    links = _Links(low.astype(np.int32), high.astype(np.int32), scores, np.ones(len(low), dtype=np.int32), scores)
    while True:
        strong = np.flatnonzero(links.mean >= threshold)
        if not len(strong):
            return _roots(label.astype(np.int64))
        chosen = _each_others_best(links, strong, n)
        into, gone = links.one[chosen], links.other[chosen]
        label[gone] = into
        sizes[into] += sizes[gone]
        rest, moved = _sorted_out(links, strong, into, gone, n)
        added = _renamed(moved, label, sizes, missing, n)
        links = _together(rest, added)


def _each_others_best(links: _Links, strong: Longs, n: int) -> Longs:
    """Places of the links whose clusters have no better one: the higher mean, then the smaller clusters' numbers."""
    ends, means = (links.one[strong], links.other[strong]), links.mean[strong]
    key = ends[0].astype(np.int64) * n + ends[1]
    best, partner = np.full(n, -np.inf), np.full(n, _NOTHING)
    for end in ends:
        np.maximum.at(best, end, means)
    mutual = np.ones(len(strong), dtype=bool)
    for end in ends:
        tied = means == best[end]
        mutual &= tied
        np.minimum.at(partner, end[tied], key[tied])
    maybe = np.flatnonzero(mutual)
    key = key[maybe]
    found: Longs = strong[maybe[(partner[ends[0][maybe]] == key) & (partner[ends[1][maybe]] == key)]]
    return found


def _sorted_out(links: _Links, strong: Longs, into: Ints, gone: Ints, n: int) -> tuple[_Links, _Links]:
    """The links that stay as they are, and those of clusters that joined; without those of clusters that never will."""
    able, touched = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    able[links.one[strong]] = able[links.other[strong]] = True
    touched[into] = touched[gone] = True
    alive = able[links.one] & able[links.other]
    moved = touched[links.one] | touched[links.other]
    return links.at(np.flatnonzero(alive & ~moved)), links.at(np.flatnonzero(alive & moved))


def _renamed(changed: _Links, label: Ints, sizes: Longs, missing: float, n: int) -> _Links:
    """The links after the joins; what led to both parts of a joined cluster is added up."""
    one, other = label[changed.one], label[changed.other]
    apart = np.flatnonzero(one != other)
    one, other = one[apart], other[apart]
    low, high = np.minimum(one, other), np.maximum(one, other)
    keys = low.astype(np.int64) * n + high
    order = sorted_places(keys)
    apart = apart[order]
    starts = np.flatnonzero(firsts(keys[order]))
    if not len(starts):
        return changed.at(starts)
    total, counted = (np.add.reduceat(each[apart], starts) for each in (changed.total, changed.counted))
    low, high = (each[order[starts]] for each in (low, high))
    every = sizes[low] * sizes[high]
    mean = (total + (every - counted) * missing) / every
    return _Links(low, high, total, counted, mean)


def _together(rest: _Links, added: _Links) -> _Links:
    return _Links(
        np.concatenate((rest.one, added.one)),
        np.concatenate((rest.other, added.other)),
        np.concatenate((rest.total, added.total)),
        np.concatenate((rest.counted, added.counted)),
        np.concatenate((rest.mean, added.mean)),
    )


def _roots(label: Longs) -> Longs:
    while True:
        further = label[label]
        if np.array_equal(further, label):
            return label
        label = further
