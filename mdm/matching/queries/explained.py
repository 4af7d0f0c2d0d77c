"""Stored pairs in words: the bars of their score as the run found them, in the terms of the rule set it used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mdm.engine.matching import Bar, MatchModel
from mdm.engine.matching.explain import bars_of, why
from mdm.engine.matching.nearest import what_would_change_it
from mdm.engine.matching.scoring import Scores
from mdm.matching.corpus import PRIOR


def stored_bars(
    model: MatchModel, score: float, levels: Mapping[str, int], contributions: Sequence[Sequence[Any]]
) -> tuple[Bar, ...]:
    """Return the bars of a stored pair, without the prior; with it they add up to the score exactly.

    `model` is that of the pair's rule set.
    """
    return bars_of(model, _stored(model, score, levels, contributions), 0)


def nearest_change(
    model: MatchModel, score: float, levels: Mapping[str, int], contributions: Sequence[Sequence[Any]]
) -> str:
    """Return the one change of a field that would take a stored pair across a threshold; empty where none does."""
    return what_would_change_it(model, _stored(model, score, levels, contributions), 0)


def _stored(
    model: MatchModel, score: float, levels: Mapping[str, int], contributions: Sequence[Sequence[Any]]
) -> Scores:
    bits = {str(name): float(bar) for name, _, bar in contributions}
    return Scores(
        score=np.array([score]),
        levels=np.array([[levels.get(each.name, -1) for each in model.comparisons]], dtype=np.int8),
        contributions=np.array([[bits.get(name, 0.0) for name in model.bars]]),
        prior=bits.get(PRIOR, 0.0),
    )


def in_words(model: MatchModel, bars: tuple[Bar, ...]) -> str:
    """Return one sentence: what speaks for the pair, then what speaks against it."""
    return why(model, bars)
