"""Weights learned from verdicts: logistic regression on the levels, held near what was known without them.

The result is additive, so its bars still sum to the score, and calibrated by construction: the score is log2 odds.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from mdm.engine.matching.declaration import Comparison, MatchModel
from mdm.engine.matching.patterns import compared
from mdm.engine.matching.prepared import Prepared
from mdm.engine.matching.table import Floats

if TYPE_CHECKING:
    from mdm.engine.matching.training import Labels

_LOOSE: Final = 3.0
"""Bits that a level's step may well move by."""


def learn(prepared: Prepared, model: MatchModel, labels: Labels) -> MatchModel:
    """The model with weights fitted to the labels."""
    from scipy.optimize import minimize

    levels, rarity = compared(prepared, model, labels.left, labels.right)
    design = _design(model, levels)
    start = _steps_of(model)
    fixed = rarity.sum(axis=1)
    same = labels.same.astype(np.float64)

    def loss(steps: Floats) -> tuple[float, Floats]:
        nats = (design @ steps + fixed) * np.log(2)
        error = 1 / (1 + np.exp(-np.clip(nats, -60, 60))) - same
        pull = (steps - start) / _LOOSE**2
        value = np.logaddexp(0, nats).sum() - (same * nats).sum() + 0.5 * (pull * (steps - start)).sum()
        return float(value), design.T @ error * np.log(2) + pull

    bounds = _bounds(model)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 500})
    return _with_steps(model, np.asarray(found.x))


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
