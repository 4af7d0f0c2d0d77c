"""Pairs counted by what their comparisons found: training works on some thousand patterns, not on millions of pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from mdm.engine.matching.comparators import COMPARATORS
from mdm.engine.matching.declaration import MatchModel
from mdm.engine.matching.prepared import Prepared
from mdm.engine.matching.scoring import Outcome, outcomes
from mdm.engine.matching.table import Bytes, Floats, Ints, Longs

_FEWEST_DRAWN: Final = 100_000
_MOST_DRAWN: Final = 400_000
_SHOWN: Final = 100.0
"""How often the sample of all pairs is to show the rarest level, which is then known to 0.14 bits (1.44 / sqrt(n))."""
_SEED: Final = 20_240_229
_RARITY_STEP: Final = 1.0
_WIDEST: Final = 1 << 19


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


def patterns_of(
    model: MatchModel, found: list[Outcome], weight: Floats | None = None, *, rare: bool = True
) -> tuple[Patterns, Ints]:
    """Equal findings counted together, and which pattern each pair shows. Rarity is rounded to whole bits.

    Without `rare`, how rare values are is left aside.
    """
    levels = [each.levels for each in found]
    rounded = [
        _rounded(comparison.rarity if rare else 0.0, each)
        for comparison, each in zip(model.comparisons, found, strict=True)
    ]
    shows, count = _combined([*levels, *rounded])
    first = np.empty(count, dtype=np.int64)
    first[shows[::-1]] = np.arange(len(shows))[::-1]
    counted = np.bincount(shows, weights=weight, minlength=count).astype(np.float64)
    patterns = np.stack([column[first] for column in levels], axis=1)
    rarity = np.stack([column[first] for column in rounded], axis=1).astype(np.float64) * _RARITY_STEP
    return Patterns(patterns, rarity, counted), shows


def _rounded(worth: float, found: Outcome) -> Bytes:
    if not worth:
        return np.broadcast_to(np.int8(0), len(found.levels))
    return np.round(worth * found.rarity / _RARITY_STEP).astype(np.int8)


def _combined(columns: list[Bytes]) -> tuple[Ints, int]:
    """A number for each row of small numbers, equal where the rows are, and how many numbers there are."""
    key, width = np.zeros(len(columns[0]), dtype=np.int32), 1
    for column in columns:
        least = int(column.min(initial=0))
        span = int(column.max(initial=0)) - least + 1
        if width * span > _WIDEST:
            key, width = _condensed(key, width)
        key = key * np.int32(span) + (column.astype(np.int32) - np.int32(least))
        width *= span
    return _condensed(key, width)


def _condensed(key: Ints, width: int) -> tuple[Ints, int]:
    used = np.zeros(width, dtype=bool)
    used[key] = True
    numbers = np.cumsum(used, dtype=np.int32) - np.int32(1)
    return numbers[key], int(used.sum())


def compared(prepared: Prepared, model: MatchModel, left: Ints | Longs, right: Ints | Longs) -> tuple[Bytes, Floats]:
    """Levels and weighted rarity of each pair, a column per comparison."""
    found = outcomes(prepared, model, left, right)
    levels = np.stack([each.levels for each in found], axis=1)
    rarity = np.stack(
        [comparison.rarity * each.rarity for comparison, each in zip(model.comparisons, found, strict=True)], axis=1
    )
    return levels, rarity


def random_pairs(
    prepared: Prepared, model: MatchModel, taken: Longs, across: Longs | None = None
) -> tuple[Longs, Longs, float]:
    """Pairs drawn from all that are not `taken` (left * size + right), and for how many each stands.

    Drawn by the records' content, so that the order of the rows does not matter; of few records, every pair is one.
    `across` are source numbers when only pairs between different sources exist.
    """
    size, wanted = prepared.size, _drawn(model)
    if size * (size - 1) // 2 <= wanted:
        one, other = np.triu_indices(size, 1)
    else:
        one, other = _neighbours(size, wanted)
    one, other = prepared.order[one], prepared.order[other]
    # Sorted, the pairs are looked up and read in the order in which memory holds them.
    drawn = np.sort(np.minimum(one, other) * size + np.maximum(one, other))
    low, high = drawn // max(size, 1), drawn % max(size, 1)
    known = np.append(np.sort(taken), np.iinfo(np.int64).max)
    kept = (low != high) & (known[np.searchsorted(known, drawn)] != drawn)
    if across is not None:
        kept &= across[low] != across[high]
    low, high = low[kept], high[kept]
    return low, high, max(all_pairs(size, across) - len(taken), 0.0) / max(len(low), 1)


def _drawn(model: MatchModel) -> int:
    """How many pairs are drawn: names of organisations have levels that one pair in a hundred thousand shows, given
    names and dates have none."""
    rarest = min(spec.u for each in model.comparisons for spec in COMPARATORS[each.comparator].levels)
    return int(min(max(_SHOWN / rarest, _FEWEST_DRAWN), _MOST_DRAWN))


def _neighbours(size: int, wanted: int) -> tuple[Longs, Longs]:
    """Numbers of records that stand side by side in random orders: each record comes as often as any other, so that
    the shares of common values are drawn without error."""
    draw = np.random.default_rng(_SEED)
    rounds = [draw.permutation(size) for _ in range(-(-wanted // size))]
    one, other = (np.concatenate([np.roll(each, shift) for each in rounds])[:wanted] for shift in (0, 1))
    return one, other


def all_pairs(size: int, across: Longs | None = None) -> float:
    """How many pairs of records there are."""
    every = size * (size - 1) / 2
    if across is None:
        return max(every, 1.0)
    within = sum(count * (count - 1) / 2 for count in np.bincount(across).tolist())
    return max(every - float(within), 1.0)
