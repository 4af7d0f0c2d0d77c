"""How good a partition, or a threshold, is by the model's own probabilities, where nobody knows the truth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mdm.engine.matching.scoring import probability_of
from mdm.engine.matching.table import Floats, Ints, Longs


class Expected(NamedTuple):
    """Pairs from one threshold on, and what the model itself expects of them; recall is of all pairs compared."""

    threshold: float
    pairs: int
    precision: float
    recall: float


def expected_at(bits: Floats, thresholds: Sequence[float]) -> list[Expected]:
    """What to expect at each of the thresholds (bits) of pairs so sure; precision is 0 where there are none."""
    chances = probability_of(bits)
    every = max(float(chances.sum()), 1e-9)
    found = []
    for threshold in thresholds:
        kept = bits >= threshold
        count, hits = int(kept.sum()), float(chances[kept].sum())
        found.append(Expected(threshold, count, hits / max(count, 1), hits / every))
    return found


def expected_f1(clusters: Ints, left: Ints | Longs, right: Ints | Longs, probability: Floats) -> float:
    """Return the F1 over pairs that `clusters` (a number per record) are to expect, if each of the compared pairs
    `left`, `right` is a match with its probability. A pair inside a cluster that was not compared counts as the mean
    of those that were: what is the same as a third is the same.
    """
    size = np.bincount(clusters)
    inside = clusters[left] == clusters[right]
    of = clusters[left[inside]]
    compared = np.bincount(of, minlength=len(size))
    hoped = np.bincount(of, weights=probability[inside], minlength=len(size))
    pairs = size * (size - 1) / 2
    hits = float((np.divide(hoped, compared, out=np.zeros(len(size)), where=compared > 0) * pairs).sum())
    every = float(pairs.sum()) + hits + float(probability[~inside].sum())
    return 2 * hits / every if every else 1.0
