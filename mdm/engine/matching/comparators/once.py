"""A comparison looked at once for each distinct pair of values: pairs of records repeat them many times over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from rapidfuzz.process import cpdist

from mdm.engine.matching.sorting import numbered
from mdm.engine.matching.table import Floats, Ints, Longs


class Texts:
    """Texts by number, gathered without a loop; equal texts share a number in `codes`."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.values = sorted(set(texts))
        numbers = {text: number for number, text in enumerate(self.values)}
        self.codes: Ints = np.array([numbers[text] for text in texts], dtype=np.int32)
        self.array = np.empty(len(self.values), dtype=object)
        self.array[:] = self.values

    @cached_property
    def lengths(self) -> Longs:
        return np.array([len(text) for text in self.values], dtype=np.int64)

    def likeness(self, left: Longs, right: Longs, scorer: Any, *, dtype: type = np.float64) -> Floats:
        """What a symmetric scorer says of the texts left[i] and right[i]."""

        def compare(one: Longs, other: Longs) -> Floats:
            return np.asarray(cpdist(self.array[one], self.array[other], scorer=scorer, dtype=dtype))

        found: Floats = once(self.codes[left], self.codes[right], len(self.values), compare)
        return found


def once(one: Ints | Longs, other: Ints | Longs, width: int, compare: Callable[[Longs, Longs], Any]) -> Any:
    """`compare`, which is symmetric, for each distinct pair of numbers below `width`; as an array over all pairs."""
    low, high = np.minimum(one, other).astype(np.int64), np.maximum(one, other)
    keys, inverse = numbered(low * max(width, 1) + high)
    return compare(keys // max(width, 1), keys % max(width, 1))[inverse]
