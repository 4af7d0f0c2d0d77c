"""What is said to change a pair would change it, and nothing nearer would: checked against scores made anew."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm.engine.matching.declaration import Interaction
from mdm.engine.matching.nearest import what_would_change_it
from mdm.engine.matching.scoring import Outcome, Scores, add_up
from tests.mdm.engine.matching.worlds import party_model

PARTY = party_model()
FIRST, SECOND = PARTY.comparisons[:2]
BOTH = Interaction(
    "both", "Both equal", {each.name: tuple(level.name for level in each.levels[-2:]) for each in (FIRST, SECOND)}, -4.0
)
MODEL = replace(PARTY, interactions=(BOTH,))


def scored(levels: list[int], rarities: list[float]) -> Scores:
    found = [
        Outcome(np.array([level], dtype=np.int8), np.array([rare if level >= 0 else 0.0], dtype=np.float32))
        for level, rare in zip(levels, rarities, strict=True)
    ]
    return add_up(MODEL, found)


def reached_by_one_change(levels: list[int], rarities: list[float]) -> list[float]:
    """Every score that one other level leads to, made anew."""
    return [
        float(
            scored(
                [number if place == at else level for place, level in enumerate(levels)],
                [0.0 if place == at else rare for place, rare in enumerate(rarities)],
            ).score[0]
        )
        for at, comparison in enumerate(MODEL.comparisons)
        for number in range(len(comparison.levels))
        if number != levels[at]
    ]


def crosses(one: float, other: float) -> bool:
    return any((one >= bar) != (other >= bar) for bar in (MODEL.thresholds.review, MODEL.thresholds.auto))


@given(
    st.tuples(*(st.integers(-1, len(each.levels) - 1) for each in MODEL.comparisons)),
    st.lists(st.floats(-2, 2), min_size=len(MODEL.comparisons), max_size=len(MODEL.comparisons)),
)
def test_it_names_the_nearest_score_on_another_side(levels: tuple[int, ...], rarities: list[float]) -> None:
    scores = scored(list(levels), rarities)
    total = float(scores.score[0])

    told = what_would_change_it(MODEL, scores, 0)

    across = [abs(score - total) for score in reached_by_one_change(list(levels), rarities) if crosses(score, total)]
    if not across:
        assert told == ""
        return
    (named,) = re.findall(r"\((-?[\d.]+) bits\)", told)
    assert abs(float(named) - total) == pytest.approx(min(across), abs=0.051)
