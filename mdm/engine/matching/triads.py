"""Pairs that blocking missed, found through a third record that both resemble."""

from __future__ import annotations

from typing import Final

import numpy as np

from mdm.engine.matching.table import Floats, Ints, Longs

_STRONGEST: Final = 12
"""Neighbours of a record through which others are reached."""


def close_triads(
    n: int, left: Ints | Longs, right: Ints | Longs, scores: Floats, threshold: float, order: Longs
) -> tuple[Longs, Longs]:
    """Pairs not among the given ones whose two records both have a strong link to one third record."""
    from scipy.sparse import csr_matrix

    rank = np.argsort(order, kind="stable")
    strong = scores >= threshold
    one, other = left[strong].astype(np.int64), right[strong].astype(np.int64)
    each, friend = np.concatenate((one, other)), np.concatenate((other, one))
    bits = np.concatenate((scores[strong], scores[strong]))
    by = np.lexsort((rank[friend], -bits, each))
    each, friend = each[by], friend[by]
    place = np.arange(len(each)) - np.searchsorted(each, each)
    kept = place < _STRONGEST
    links = csr_matrix((np.ones(int(kept.sum()), dtype=np.int8), (each[kept], friend[kept])), shape=(n, n))
    links = ((links + links.T) > 0).astype(np.int8)
    reached = (links @ links).tocoo()
    low, high = reached.row.astype(np.int64), reached.col.astype(np.int64)
    upper = low < high
    keys = np.setdiff1d(low[upper] * n + high[upper], left.astype(np.int64) * n + right)
    return keys // n, keys % n
