"""One-to-one links between sources that are each free of duplicates."""

from __future__ import annotations

from typing import Final

import numpy as np

from mdm.engine.matching.clustering import assign_one_to_one
from mdm.engine.matching.table import Bools, Ints, Longs

_MOST_MARGIN: Final = 8.0
_LEAST_MARGIN: Final = -4.0
_LOWEST: Final = -40.0


def best_partners(left: Ints, right: Ints, scores: np.ndarray, order: Longs, threshold: float = 0.0) -> Bools:
    """Which pairs stand when every record has one partner at most.

    Best pairs first; a pair then stands when its score and the lead over what else its records could be paired with
    together reach the threshold: where each thing has one partner, a clear lead is evidence of its own.
    """
    assigned = assign_one_to_one(left, right, scores, _LOWEST, order)
    second = np.full(len(order), _LOWEST)
    np.maximum.at(second, left[~assigned], scores[~assigned])
    np.maximum.at(second, right[~assigned], scores[~assigned])
    lead = np.clip(scores - np.maximum(second[left], second[right]), _LEAST_MARGIN, _MOST_MARGIN)
    return np.asarray(assigned & (scores + lead >= threshold))
