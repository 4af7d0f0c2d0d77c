"""Stored pairs in words: the bars of their score as the run found them, in the terms of the rule set it used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mdm.engine.matching import Bar, MatchModel
from mdm.engine.matching.explain import bars_of, why
from mdm.engine.matching.scoring import Scores
from mdm.matching.corpus import PRIOR


def stored_bars(
    model: MatchModel, score: float, levels: Mapping[str, int], contributions: Sequence[Sequence[Any]]
) -> tuple[Bar, ...]:
    """Return the bars of a stored pair, without the prior; with it they add up to the score exactly.

    `model` is that of the pair's rule set.
    """
    bits = {str(name): float(bar) for name, _, bar in contributions}
    found = Scores(
        score=np.array([score]),
        levels=np.array([[levels.get(each.name, -1) for each in model.comparisons]], dtype=np.int8),
        contributions=np.array([[bits.get(name, 0.0) for name in model.bars]]),
        prior=bits.get(PRIOR, 0.0),
    )
    return bars_of(model, found, 0)


def in_words(model: MatchModel, bars: tuple[Bar, ...]) -> str:
    """Return one sentence: what speaks for the pair, then what speaks against it."""
    return why(model, bars)
