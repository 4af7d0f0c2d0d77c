"""Weights learned from verdicts: logistic regression on the levels, held near a part of what was known without them.

The result is additive, so its bars still sum to the score, and calibrated by construction: the score is log2 odds.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from mdm.engine.matching.declaration import Comparison, MatchModel
from mdm.engine.matching.labels import Labels
from mdm.engine.matching.patterns import compared
from mdm.engine.matching.prepared import Prepared
from mdm.engine.matching.scoring import come_together
from mdm.engine.matching.table import Floats

_LOOSE: Final = 2.0
"""Bits that a level's step may well differ from the scaled step it had without labels."""
_LOOSE_PRIOR: Final = 6.0
_LOOSE_RARITY: Final = 0.4
_SCALE: Final = (0.8, 0.4)
"""What part of the bits without labels is to be believed, and how sure that is: comparisons count things twice."""
_LEAST_SCALE: Final = 0.3
_MOST_SCALE: Final = 1.2
_LEAST_RARITY: Final = 0.001


def learn(prepared: Prepared, model: MatchModel, labels: Labels) -> MatchModel:
    """The model with weights fitted to the labels: near the ones it has, all of them scaled by one number.

    The order of the labels changes nothing. Without any, the model is returned as it is.
    """
    if not len(labels.left):
        return model
    from scipy.optimize import minimize

    labels = in_order(prepared, labels)
    levels, rarity = compared(prepared, model, labels.left, labels.right)
    rare = [at for at, comparison in enumerate(model.comparisons) if comparison.rarity]
    together = [come_together(model, each, levels) for each in model.interactions]
    design = np.concatenate([_design(model, levels), *(hit[:, None] for hit in together), rarity[:, rare]], axis=1)
    own = [each.bits for each in model.interactions]
    start = np.concatenate([_steps_of(model), own, np.ones(len(rare))])
    free, steps = len(start) - len(rare), len(start) - len(rare) - len(own)
    loose = np.concatenate([[_LOOSE_PRIOR], np.full(free - 1, _LOOSE), np.full(len(rare), _LOOSE_RARITY)])
    same = labels.same.astype(np.float64)

    def loss(tried: Floats) -> tuple[float, Floats]:
        weights, scale = tried[:-1], tried[-1]
        nats = (design @ weights) * np.log(2)
        error = 1 / (1 + np.exp(-np.clip(nats, -60, 60))) - same
        pull = (weights - scale * start) / loose
        doubt = (scale - _SCALE[0]) / _SCALE[1]
        value = np.logaddexp(0, nats).sum() - (same * nats).sum() + 0.5 * (pull @ pull + doubt**2)
        slope = np.append(design.T @ error * np.log(2) + pull / loose, doubt / _SCALE[1] - (pull / loose) @ start)
        return float(value), slope

    bounds = [*_bounds(model), *[(None, None)] * len(own), *[(0.0, None)] * len(rare), (_LEAST_SCALE, _MOST_SCALE)]
    first = np.append(_SCALE[0] * start, _SCALE[0])
    found = minimize(loss, first, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 800})
    weights = np.asarray(found.x)[:-1]
    learned = _with_interactions(_with_steps(model, weights[:steps]), weights[steps:free])
    return _with_rarity(learned, rare, weights[free:])


def in_order(prepared: Prepared, labels: Labels) -> Labels:
    """By what the records say, so that sums come out the same wherever the records and the labels stand."""
    rank = np.argsort(prepared.order, kind="stable")
    one, other = rank[labels.left], rank[labels.right]
    return labels.take(np.lexsort((labels.same, np.maximum(one, other), np.minimum(one, other))))


def _with_interactions(model: MatchModel, bits: Floats) -> MatchModel:
    told = zip(model.interactions, bits.tolist(), strict=True)
    return replace(model, interactions=tuple(replace(each, bits=round(bit, 3)) for each, bit in told))


def _with_rarity(model: MatchModel, rare: list[int], factors: Floats) -> MatchModel:
    comparisons = list(model.comparisons)
    for at, factor in zip(rare, factors.tolist(), strict=True):
        # Not quite zero: the bar of its rarity stays, however little it says.
        told = max(round(comparisons[at].rarity * factor, 3), _LEAST_RARITY)
        comparisons[at] = replace(comparisons[at], rarity=told)
    return replace(model, comparisons=tuple(comparisons))


def _design(model: MatchModel, levels: np.ndarray) -> Floats:
    """Columns: the prior, then per comparison whether it can be told at all, then whether each level is reached."""
    columns = [np.ones(len(levels))]
    for at, comparison in enumerate(model.comparisons):
        columns += [(levels[:, at] >= level).astype(np.float64) for level in range(len(comparison.levels))]
    return np.stack(columns, axis=1)


def _steps_of(model: MatchModel) -> Floats:
    steps = [model.prior]
    for comparison in model.comparisons:
        bits = [level.bits for level in comparison.levels]
        steps += [bits[0], *np.diff(bits).tolist()]
    return np.array(steps)


def _bounds(model: MatchModel) -> list[tuple[float | None, float | None]]:
    bounds: list[tuple[float | None, float | None]] = [(None, None)]
    for comparison in model.comparisons:
        bounds += [(None, None), *[(0.0, None)] * (len(comparison.levels) - 1)]
    return bounds


def _with_steps(model: MatchModel, steps: Floats) -> MatchModel:
    comparisons: list[Comparison] = []
    at = 1
    for comparison in model.comparisons:
        size = len(comparison.levels)
        bits = np.cumsum(steps[at : at + size])
        at += size
        levels = tuple(
            replace(level, bits=round(float(bit), 3)) for level, bit in zip(comparison.levels, bits, strict=True)
        )
        comparisons.append(replace(comparison, levels=levels))
    return replace(model, prior=round(float(steps[0]), 3), comparisons=tuple(comparisons))
