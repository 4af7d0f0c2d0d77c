"""How good a partition is by the model's own probabilities, where nobody knows the truth."""

from __future__ import annotations

import numpy as np

from mdm.engine.matching.table import Floats, Ints, Longs


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
