"""Which pairs to show a person next, so that each answer teaches most."""

from __future__ import annotations

from typing import Final

import numpy as np

from mdm.engine.matching.table import Bytes, Floats, Ints, Longs

_REACH: Final = 9.0
"""Bits on either side of even odds within which pairs are worth a question."""
_STRATA: Final = 6


def next_questions(
    left: Ints | Longs, right: Ints | Longs, bits: Floats, levels: Bytes, asked: Longs, count: int, rank: Longs
) -> Longs:
    """Places of up to `count` pairs that were not asked yet: the most doubtful, no two of a kind, and some farther off.

    `rank` orders records by content, so that the choice does not depend on the order of the rows. A kind is what the
    comparisons found.
    """
    open_ = np.ones(len(bits), dtype=bool)
    open_[asked] = False
    bands = np.clip(np.floor((bits + _REACH) / (2 * _REACH) * _STRATA), 0, _STRATA - 1).astype(np.int64)
    order = np.lexsort((np.maximum(rank[left], rank[right]), np.minimum(rank[left], rank[right]), np.abs(bits)))
    order = order[open_[order]]
    chosen: list[int] = []
    for wanted in _shares(count):
        taken = _of_bands(order, bands, levels, wanted, count - len(chosen), set(chosen))
        chosen += taken
    return np.array(chosen[:count], dtype=np.int64)


def _shares(count: int) -> list[dict[int, int]]:
    """How many from which band: half near even odds, the rest spread; what is missing then comes from anywhere."""
    middle = {_STRATA // 2 - 1: -(-count // 4), _STRATA // 2: -(-count // 4)}
    spread = {band: max(count // (2 * _STRATA), 1) for band in range(_STRATA)}
    return [middle, spread, dict.fromkeys(range(_STRATA), count)]


def _of_bands(
    order: Longs, bands: Longs, levels: np.ndarray, wanted: dict[int, int], most: int, taken: set[int]
) -> list[int]:
    left = dict(wanted)
    kinds: set[bytes] = {levels[at].tobytes() for at in taken}
    found: list[int] = []
    for repeated in (False, True):
        for at in order.tolist():
            if len(found) >= most or not any(left.values()):
                return found
            band, kind = int(bands[at]), levels[at].tobytes()
            if left.get(band, 0) <= 0 or at in taken or (kind in kinds and not repeated):
                continue
            kinds.add(kind)
            taken.add(at)
            found.append(at)
            left[band] -= 1
    return found
