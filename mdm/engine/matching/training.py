"""Weights learned from the pairs themselves (expectation maximisation), and from verdicts where there are any.

Fellegi-Sunter: a level weighs log2(m / u), m its share among matches, u among all other pairs. Free expectation
maximisation takes whatever splits the pairs best for the matches, be it the country. So here:
- all pairs count, not only the candidates: u and the prior come from the candidates and a sample of the rest;
- a pair none of whose names and identifiers agrees is no match, whatever else agrees;
- m stays near what its comparator expects (a Dirichlet prior), and stronger agreement never weighs less.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from mdm.engine.matching.blocking import Pairs
from mdm.engine.matching.comparators import COMPARATORS
from mdm.engine.matching.declaration import Comparison, Level, MatchModel
from mdm.engine.matching.patterns import Patterns, all_pairs, compared, patterns_of, random_pairs
from mdm.engine.matching.prepared import Prepared, prepared_for
from mdm.engine.matching.table import Bools, Floats, Longs, Table

_ROUNDS: Final = 12
_PRIOR_SHARE: Final = 0.5
"""Weight of the comparators' expectation beside the matches found."""
_PRIOR_PAIRS: Final = 40.0
_MOST_BITS: Final = 16.0
_LEAST_BITS: Final = -10.0
_FEWEST_PRESENT: Final = 0.02
_FIRST_GUESS: Final = 0.5
"""Matches per record that the first round expects."""


class Labels(NamedTuple):
    """Verdicts of people: the records in rows `left[i]` and `right[i]` are the same, or not."""

    left: Longs
    right: Longs
    same: Bools

    @staticmethod
    def of(verdicts: Sequence[tuple[int, int, bool]]) -> Labels:
        left, right, same = zip(*verdicts, strict=True) if verdicts else ((), (), ())
        return Labels(np.array(left, np.int64), np.array(right, np.int64), np.array(same, bool))


def train(table: Table, pairs: Pairs, model: MatchModel, labels: Labels | None = None) -> MatchModel:
    """The model with weights learned from the table's candidate pairs, and from labels where they are given."""
    prepared = prepared_for(table, model)
    learned = expectation(prepared, pairs, model, _across(table, model))
    if labels is not None and len(labels.left):
        from mdm.engine.matching.learning import learn

        return learn(prepared, learned, labels)
    return learned


def _across(table: Table, model: MatchModel) -> Longs | None:
    """Reserved for linkage of sources without duplicates, where the caller says so; the engine never guesses it."""
    return None


def expectation(prepared: Prepared, pairs: Pairs, model: MatchModel, across: Longs | None = None) -> MatchModel:
    """The model with the weights of expectation maximisation."""
    left, right = pairs.left.astype(np.int64), pairs.right.astype(np.int64)
    levels, rarity = compared(prepared, model, left, right)
    seen, _ = patterns_of(levels, rarity)
    low, high, stands_for = random_pairs(prepared, left * prepared.size + right, across)
    rest_levels, rest_rarity = compared(prepared, model, low, high)
    rest, _ = patterns_of(rest_levels, np.zeros_like(rest_rarity), np.full(len(low), stands_for))
    total = all_pairs(prepared.size, across)
    anchored = _anchored(model, seen)
    current = _first(model, seen, rest, prepared.size, total)
    for _ in range(_ROUNDS):
        share = _share(current, seen) * anchored
        current = _next(current, seen, rest, share, total)
    return current


def _anchored(model: MatchModel, seen: Patterns) -> Floats:
    """1 where some name or identifier agrees at all, or none can be compared; else 0."""
    identity = [at for at, each in enumerate(model.comparisons) if COMPARATORS[each.comparator].identity]
    if not identity:
        return np.ones(len(seen.levels))
    levels = seen.levels[:, identity]
    return np.asarray((levels > 0).any(axis=1), dtype=np.float64)


def _first(model: MatchModel, seen: Patterns, rest: Patterns, size: int, total: float) -> MatchModel:
    """Before the first round: what the comparators expect of matches, and every pair taken for the u."""
    nothing = np.zeros(len(seen.levels))
    prior = float(np.log2(_FIRST_GUESS * size / total))
    return _next(replace(model, prior=prior), seen, rest, nothing, total)


def _share(model: MatchModel, seen: Patterns) -> Floats:
    """Probability that pairs of each pattern match."""
    bits: Floats = np.asarray(model.prior + seen.rarity.sum(axis=1))
    for at, comparison in enumerate(model.comparisons):
        bits += np.array([0.0, *(level.bits for level in comparison.levels)])[seen.levels[:, at] + 1]
    return np.asarray(1 / (1 + np.exp2(-np.clip(bits, -500, 500))), dtype=np.float64)


def _next(model: MatchModel, seen: Patterns, rest: Patterns, share: Floats, total: float) -> MatchModel:
    comparisons = []
    everything = np.ones(len(rest.levels))
    for at, comparison in enumerate(model.comparisons):
        size = len(comparison.levels)
        matches = seen.counts(at, size, share)
        others = seen.counts(at, size, 1 - share) + rest.counts(at, size, everything)
        comparisons.append(_weighed(comparison, matches, others))
    found = float((seen.weight * share).sum())
    prior = model.prior if not found else float(np.log2(max(found, 0.5) / total))
    return replace(model, comparisons=tuple(comparisons), prior=round(prior, 3))


def _weighed(comparison: Comparison, matches: Floats, others: Floats) -> Comparison:
    specs = COMPARATORS[comparison.comparator].levels
    expected_m = np.array([spec.m for spec in specs])
    expected_u = np.array([spec.u for spec in specs])
    strength = _PRIOR_PAIRS + _PRIOR_SHARE * matches.sum()
    m = matches + strength * expected_m / expected_m.sum()
    u = others + 2.0 * expected_u / expected_u.sum()
    m, u = m / m.sum(), u / u.sum()
    bits = np.clip(monotone(np.log2(m / u), m + u), _LEAST_BITS, _MOST_BITS)
    levels = tuple(
        Level(level.name, level.label, round(float(bit), 3), float(f"{a:.3g}"), float(f"{b:.3g}"))
        for level, bit, a, b in zip(comparison.levels, bits, m, u, strict=True)
    )
    return replace(comparison, levels=levels)


def monotone(values: Floats, weights: Floats) -> Floats:
    """The nearest values that never fall (pool adjacent violators)."""
    blocks: list[list[float]] = []
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        blocks.append([value, weight, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            last = blocks.pop()
            before = blocks[-1]
            joint = before[1] + last[1]
            before[0] = (before[0] * before[1] + last[0] * last[1]) / joint
            before[1], before[2] = joint, before[2] + last[2]
    return np.array([block[0] for block in blocks for _ in range(int(block[2]))])
