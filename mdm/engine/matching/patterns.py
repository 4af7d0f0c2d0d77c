"""Pairs counted by what their comparisons found: training works on some thousand patterns, not on millions of pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from mdm.engine.matching.declaration import MatchModel
from mdm.engine.matching.prepared import Prepared
from mdm.engine.matching.scoring import Outcome, outcomes
from mdm.engine.matching.sorting import numbered
from mdm.engine.matching.table import Bytes, Floats, Longs

_SAMPLE: Final = 400_000
_SEED: Final = 20_240_229
_RARITY_STEP: Final = 1.0


@dataclass(frozen=True, eq=False)
class Patterns:
    """`levels[pattern, comparison]`, `rarity[pattern, comparison]` in bits, and how many pairs show it (weighted)."""

    levels: Bytes
    rarity: Floats
    weight: Floats

    def counts(self, comparison: int, size: int, share: Floats) -> Floats:
        """Weight of each level of the comparison, each pattern counted with its share."""
        levels = self.levels[:, comparison]
        known = levels >= 0
        return np.bincount(levels[known], weights=(self.weight * share)[known], minlength=size).astype(np.float64)


def patterns_of(levels: Bytes, rarity: Floats, weight: Floats | None = None) -> tuple[Patterns, Longs]:
    """Equal rows counted together, and which pattern each row shows. Rarity is rounded to whole bits."""
    rounded = np.round(rarity / _RARITY_STEP).astype(np.int8)
    rows = np.ascontiguousarray(np.concatenate([levels, rounded], axis=1))
    key = np.zeros(len(rows), dtype=np.int64)
    for column in range(rows.shape[1]):
        values = rows[:, column].astype(np.int64)
        key = numbered(key * 64 + values + 16)[1]
    patterns, inverse = numbered(key)
    first = np.empty(len(patterns), dtype=np.int64)
    first[inverse[::-1]] = np.arange(len(key))[::-1]
    counted = np.bincount(inverse, weights=weight, minlength=len(first)).astype(np.float64)
    return Patterns(levels[first], rounded[first].astype(np.float64) * _RARITY_STEP, counted), inverse


def compared(prepared: Prepared, model: MatchModel, left: Longs, right: Longs) -> tuple[Bytes, Floats]:
    """Levels and weighted rarity of each pair, a column per comparison."""
    return side_by_side(model, outcomes(prepared, model, left, right))


def side_by_side(model: MatchModel, found: list[Outcome]) -> tuple[Bytes, Floats]:
    """As `compared`, from what the comparisons found."""
    levels = np.stack([each.levels for each in found], axis=1)
    rarity = np.stack(
        [comparison.rarity * each.rarity for comparison, each in zip(model.comparisons, found, strict=True)], axis=1
    )
    return levels, rarity


def random_pairs(prepared: Prepared, taken: Longs, across: Longs | None = None) -> tuple[Longs, Longs, float]:
    """Pairs drawn from all that are not `taken` (left * size + right), and for how many each stands.

    Drawn by the records' content, so that the order of the rows does not matter; of few records, every pair is one.
    `across` are source numbers when only pairs between different sources exist.
    """
    size = prepared.size
    if size * (size - 1) // 2 <= _SAMPLE:
        one, other = np.triu_indices(size, 1)
    else:
        draw = np.random.default_rng(_SEED)
        one, other = (draw.integers(0, size, _SAMPLE) for _ in range(2))
    one, other = prepared.order[one], prepared.order[other]
    low, high = np.minimum(one, other), np.maximum(one, other)
    kept = (low != high) & ~np.isin(low * size + high, taken)
    if across is not None:
        kept &= across[low] != across[high]
    low, high = low[kept], high[kept]
    return low, high, max(all_pairs(size, across) - len(taken), 0.0) / max(len(low), 1)


def all_pairs(size: int, across: Longs | None = None) -> float:
    """How many pairs of records there are."""
    every = size * (size - 1) / 2
    if across is None:
        return max(every, 1.0)
    within = sum(count * (count - 1) / 2 for count in np.bincount(across).tolist())
    return max(every - float(within), 1.0)
