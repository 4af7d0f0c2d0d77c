"""What learning from verdicts found, as the report that a person reads before the weights may count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from mdm.engine.matching import MatchModel, Pairs
from mdm.engine.matching.relearning import Trial, crossing, steps_of, trial_of
from mdm.engine.matching.table import Bools, Floats, Longs
from mdm.matching.queries.taught import Taught

_STEPS: Final = (-4.0, -2.0, 0.0, 2.0, 4.0, 7.0, 10.0, 14.0)
TELLING: Final = 30
_SHOWN: Final = 10
"""Pairs of the most moved that the report names, each way."""


@dataclass(frozen=True, eq=False)
class Rescored:
    """All candidate pairs of the domain with their scores under the weights in force and under the learned ones;
    `records[row]` is the source record of each row, `telling` are places of pairs whose verdict would teach most.
    """

    records: Sequence[str]
    pairs: Pairs
    before: Floats
    after: Floats
    telling: Longs


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Scores of verdicts' pairs under the weights in force and under weights learned from other verdicts, and what was
    said: of verdicts that neither had a part in.
    """

    before: Floats
    after: Floats
    same: Bools


def report_of(
    in_force: MatchModel, learned: MatchModel, base: str, taught: Taught, tried: HeldOut, every: Rescored
) -> dict[str, Any]:
    """Return the report: counts, bits and ids, in plain data."""
    thresholds = in_force.thresholds
    before, after = (trial_of(scores, tried.same, thresholds) for scores in (tried.before, tried.after))
    return {
        "base": base,
        "verdicts": {**taught.tally._asdict(), "decisions": len(set(taught.decisions)), "left_out": taught.left_out},
        "tried": {"same": int(tried.same.sum()), "different": int((~tried.same).sum())},
        "thresholds": {"review": thresholds.review, "auto": thresholds.auto},
        "records": len(every.records),
        "pairs": len(every.pairs),
        "before": _plain(before),
        "after": _plain(after),
        "better": after.loss < before.loss,
        "steps": _steps(every, (*_STEPS, thresholds.review, thresholds.auto)),
        **_moved(every, thresholds.review),
        "telling": [_line(every, place) for place in every.telling.tolist()],
        "prior": [in_force.prior, learned.prior],
        "comparisons": _weights(in_force, learned),
        "interactions": [
            [one.label, one.bits, other.bits]
            for one, other in zip(in_force.interactions, learned.interactions, strict=True)
        ],
    }


def _plain(trial: Trial) -> dict[str, float]:
    return {name: round(value, 4) for name, value in trial._asdict().items()}


def _steps(every: Rescored, thresholds: Sequence[float]) -> list[dict[str, float]]:
    steps = steps_of(every.before, every.after, thresholds)
    return [{name: round(value, 4) for name, value in step._asdict().items()} for step in steps]


def _moved(every: Rescored, threshold: float) -> dict[str, Any]:
    """How many pairs are shown only now, or no longer, and which moved farthest: [left, right, before, after]."""
    came, went = crossing(every.before, every.after, threshold, _SHOWN)
    shown_before, shown_after = every.before >= threshold, every.after >= threshold
    return {
        "came": int(np.count_nonzero(shown_after & ~shown_before)),
        "went": int(np.count_nonzero(shown_before & ~shown_after)),
        "came_first": [_line(every, place) for place in came.tolist()],
        "went_first": [_line(every, place) for place in went.tolist()],
    }


def _line(every: Rescored, place: int) -> list[float]:
    sides = sorted(int(every.records[side[place]]) for side in (every.pairs.left, every.pairs.right))
    return [*sides, round(float(every.before[place]), 3), round(float(every.after[place]), 3)]


def _weights(in_force: MatchModel, learned: MatchModel) -> list[dict[str, Any]]:
    return [
        {
            "label": one.label,
            "rarity": [one.rarity, other.rarity],
            "levels": [
                [level.label, level.bits, now.bits] for level, now in zip(one.levels, other.levels, strict=True)
            ],
        }
        for one, other in zip(in_force.comparisons, learned.comparisons, strict=True)
    ]
