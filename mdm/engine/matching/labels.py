"""Verdicts of people on pairs of records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mdm.engine.matching.table import Bools, Longs


class Labels(NamedTuple):
    """Verdicts of people: the records in rows `left[i]` and `right[i]` are the same, or not."""

    left: Longs
    right: Longs
    same: Bools

    @staticmethod
    def of(verdicts: Sequence[tuple[int, int, bool]]) -> Labels:
        left, right, same = zip(*verdicts, strict=True) if verdicts else ((), (), ())
        return Labels(np.array(left, np.int64), np.array(right, np.int64), np.array(same, bool))

    def and_also(self, pairs: Sequence[tuple[int, int]], same: Sequence[bool]) -> Labels:
        """These verdicts, and those on the pairs."""
        more = Labels.of([(left, right, bool(each)) for (left, right), each in zip(pairs, same, strict=True)])
        return Labels(*(np.concatenate(both) for both in zip(self, more, strict=True)))

    def once(self) -> Labels:
        """Each pair once; of several verdicts on it the last stands."""
        rows = zip(self.left.tolist(), self.right.tolist(), self.same.tolist(), strict=True)
        stands = {(min(left, right), max(left, right)): same for left, right, same in rows}
        return Labels.of([(left, right, same) for (left, right), same in stands.items()])

    def take(self, places: Longs | Bools) -> Labels:
        return Labels(self.left[places], self.right[places], self.same[places])
