"""Weights learned from the pairs themselves (expectation maximisation), and from verdicts where there are any.

Fellegi-Sunter: a level weighs log2(m / u), m its share among matches, u among all other pairs. Free expectation
maximisation takes whatever splits the pairs best for the matches, be it the country. So here:
- all pairs count, not only the candidates: u and the prior come from the candidates and a sample of the rest;
- a pair none of whose names and identifiers agrees is no match, whatever else agrees;
- m stays near what its comparator expects (a Dirichlet prior), and stronger agreement never weighs less.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from mdm.engine.matching.blocking import Pairs, across_sources
from mdm.engine.matching.comparators import COMPARATORS
from mdm.engine.matching.declaration import Comparison, Level, MatchModel
from mdm.engine.matching.labels import Labels
from mdm.engine.matching.learning import learn
from mdm.engine.matching.patterns import Patterns, all_pairs, patterns_of, random_pairs
from mdm.engine.matching.prepared import Prepared, prepared_for
from mdm.engine.matching.scoring import Outcome, outcomes
from mdm.engine.matching.table import Floats, Ints, Longs, Table

_ROUNDS: Final = 3
_PRIOR_SHARE: Final = 0.1
"""Weight of the comparators' expectation beside the matches found."""
_PRIOR_PAIRS: Final = 40.0
_MOST_BITS: Final = 16.0
_LEAST_BITS: Final = -10.0
_FEWEST_PRESENT: Final = 0.02
_RANDOM_WORTH: Final = 200.0
"""How many pairs of the same name the sample of all pairs counts for."""
_DISAGREEMENT: Final = 0.65
_MOST_MATCHED: Final = 0.98
_SAME_NAME: Final = 0.9
_MORE_BY_CHANCE: Final = 8.0
_TWICE: Final = 2.0
_FIRST_GUESS: Final = 0.5
"""Matches per record that the first round expects."""


def train(table: Table, pairs: Pairs, model: MatchModel, labels: Labels | None = None) -> MatchModel:
    """The model with weights learned from the table's candidate pairs, and from labels where they are given."""
    prepared = prepared_for(table, model)
    learned = expectation(model, look(prepared, pairs, model, across_sources(table, model)))
    return learned if labels is None else learn(prepared, learned, labels.once())


def expectation(model: MatchModel, seen: Seen) -> MatchModel:
    """The model with the weights of expectation maximisation."""
    current = _next(replace(model, prior=_first_prior(seen)), seen, _first_shares(model, seen))
    for _ in range(_ROUNDS):
        current = _next(current, seen, _shares(current, seen))
    persons = COMPARATORS[model.comparisons[seen.main].comparator].of_persons and not seen.most_matches
    return _tempered(current) if persons else current


def _tempered(model: MatchModel) -> MatchModel:
    """Disagreements weigh less: a record of a person that is badly typed goes wrong in several fields at once, so
    its disagreements are not news each by itself."""
    return replace(
        model,
        comparisons=tuple(
            replace(
                comparison,
                levels=tuple(
                    replace(level, bits=round(level.bits * _DISAGREEMENT, 3)) if level.bits < 0 else level
                    for level in comparison.levels
                ),
            )
            for comparison in model.comparisons
        ),
    )


def found_both_ways(model: MatchModel, seen: Seen) -> tuple[float, float]:
    """How many matches are expected when what else agrees is counted over all pairs, and over those of a like name.

    Where the two are far apart, weights without labels cannot be trusted.
    """
    found = []
    for within_names in (False, True):
        first = replace(model, prior=_first_prior(seen))
        current = _next(first, seen, _first_shares(model, seen), within_names)
        for _ in range(_ROUNDS):
            current = _next(current, seen, _shares(current, seen), within_names)
        found.append(float((seen.patterns.weight * _shares(current, seen).candidates).sum()))
    return found[0], found[1]


def agree(one: float, other: float) -> bool:
    """Whether two ways of counting matches come to about the same, so that weights without labels can be trusted."""
    return max(one, other) <= _TWICE * max(min(one, other), 1.0)


class Seen(NamedTuple):
    """What training looks at: the patterns of the candidates, and of a sample of all other pairs."""

    patterns: Patterns
    rest: Patterns
    shows: Ints
    """Which pattern each candidate shows."""
    left: Ints
    right: Ints
    anchored: Floats
    """1 for patterns in which a name or identifier agrees; others are no matches."""
    by_name: Floats
    """Share of each pattern's pairs that the name alone brought together."""
    main: int
    """The comparison that names things."""
    size: int
    total: float
    most_matches: int | None
    """How many pairs can match at most, where each record has one partner at most."""


def look(
    prepared: Prepared,
    pairs: Pairs,
    model: MatchModel,
    across: Longs | None = None,
    found: list[Outcome] | None = None,
) -> Seen:
    """Everything that training needs to know. `found` are the candidates' outcomes, where they are known already."""
    left, right = pairs.left, pairs.right
    patterns, shows = patterns_of(model, found or outcomes(prepared, model, left, right))
    low, high, stands_for = random_pairs(prepared, model, left.astype(np.int64) * prepared.size + right, across)
    rest, _ = patterns_of(model, outcomes(prepared, model, low, high), np.full(len(low), stands_for), rare=False)
    main = next((at for at, each in enumerate(model.comparisons) if COMPARATORS[each.comparator].identity), 0)
    named = np.zeros(len(left), dtype=bool)
    for number, rule in enumerate(model.blocking):
        if {key.partition(":")[0] for key in rule.keys} <= set(model.comparisons[main].fields):
            named |= pairs.rules & 1 << number != 0
    by_name = np.bincount(shows, weights=named, minlength=len(patterns.levels)) / patterns.weight
    return Seen(
        patterns,
        rest,
        shows,
        left,
        right,
        _anchored(model, patterns),
        by_name,
        main,
        prepared.size,
        all_pairs(prepared.size, across),
        None if across is None else int(prepared.size - np.bincount(across).max()),
    )


def _first_prior(seen: Seen) -> float:
    return float(np.log2(_FIRST_GUESS * seen.size / seen.total))


class _Shares(NamedTuple):
    """Probability that the pairs of each pattern match, for the candidates and for the sample of the others."""

    candidates: Floats
    rest: Floats


def _first_shares(model: MatchModel, seen: Seen) -> _Shares:
    """Organisations of the same name are mostly the same: what they share, and what varies with them, is learned from
    them first. Persons of the same name are not."""
    comparison = model.comparisons[seen.main]
    worth = _SAME_NAME if COMPARATORS[comparison.comparator].by_trade else 0.0
    top = len(comparison.levels) - 1
    return _Shares(
        *(np.where(each.levels[:, seen.main] == top, worth, 0.0) for each in (seen.patterns, seen.rest)),
    )


def _anchored(model: MatchModel, seen: Patterns) -> Floats:
    """1 where some name or identifier agrees at all, or none can be compared; else 0."""
    identity = [at for at, each in enumerate(model.comparisons) if COMPARATORS[each.comparator].identity]
    if not identity:
        return np.ones(len(seen.levels))
    levels = seen.levels[:, identity]
    return np.asarray((levels > 0).any(axis=1), dtype=np.float64)


def _shares(model: MatchModel, seen: Seen) -> _Shares:
    odds = _odds(model, seen.patterns) * seen.anchored
    if seen.most_matches is not None:
        return _Shares(_shared_out(odds, seen), np.zeros(len(seen.rest.levels)))
    rest = _odds(model, seen.rest) * _anchored(model, seen.rest)
    # What blocking left out for its number may match; of what is merely doubtful there is too much to believe in it.
    return _Shares(odds / (1 + odds), np.where(rest >= 1, rest / (1 + rest), 0.0))


def _odds(model: MatchModel, patterns: Patterns) -> Floats:
    bits: Floats = np.asarray(model.prior + patterns.rarity.sum(axis=1))
    for at, comparison in enumerate(model.comparisons):
        bits += np.array([0.0, *(level.bits for level in comparison.levels)])[patterns.levels[:, at] + 1]
    return np.asarray(np.exp2(np.clip(bits, -60, 60)))


def _shared_out(odds: Floats, seen: Seen) -> Floats:
    """As probabilities when a record has one partner at most: its candidates compete."""
    each = odds[seen.shows]
    of_record = np.bincount(seen.left, each, seen.size) + np.bincount(seen.right, each, seen.size)
    shares = each / (1 + of_record[seen.left] + of_record[seen.right] - each)
    return np.bincount(seen.shows, weights=shares, minlength=len(odds)) / seen.patterns.weight


def _next(model: MatchModel, seen: Seen, shares: _Shares, within_names: bool | None = None) -> MatchModel:
    """Weights from the share of matches in each pattern.

    Where organisations are named, what else agrees among pairs that do not match is counted over the pairs that the
    name brought together: companies that share a word of their name often share a trade or a town as well, though not
    a house.
    """
    if within_names is None:
        within_names = COMPARATORS[model.comparisons[seen.main].comparator].by_trade
    comparisons = []
    share, rest = shares
    for at, comparison in enumerate(model.comparisons):
        size = len(comparison.levels)
        matches = seen.patterns.counts(at, size, share) + seen.rest.counts(at, size, rest)
        others = seen.patterns.counts(at, size, 1 - share) + seen.rest.counts(at, size, 1 - rest)
        if at != seen.main and within_names and not COMPARATORS[comparison.comparator].pinpoints:
            named = seen.patterns.counts(at, size, (1 - share) * seen.by_name)
            others = named + _RANDOM_WORTH * others / max(others.sum(), 1.0)
        if at == seen.main and COMPARATORS[comparison.comparator].by_trade:
            others = _by_chance(comparison, others)
        usual = _usual_rarity(seen.patterns, at, size, comparison)
        comparisons.append(_weighed(comparison, matches, others, usual))
    found = float((seen.patterns.weight * share).sum() + (seen.rest.weight * rest).sum())
    prior = _prior(found, seen) if found else model.prior
    return replace(model, comparisons=tuple(comparisons), prior=round(prior, 3))


def _prior(found: float, seen: Seen) -> float:
    """Bits for a match before anything is compared; where a record has one partner at most, against having none."""
    if seen.most_matches is None:
        return float(np.log2(max(found, 0.5) / seen.total))
    share = min(max(found, 0.5) / seen.most_matches, _MOST_MATCHED)
    return float(np.log2(share / (1 - share) * seen.most_matches / seen.total))


def _by_chance(comparison: Comparison, others: Floats) -> Floats:
    """Names are not alike by chance more often than expected by far: what is beyond it are matches not found yet."""
    expected = np.array([spec.u for spec in COMPARATORS[comparison.comparator].levels])
    return np.asarray(np.minimum(others, _MORE_BY_CHANCE * expected * others.sum()))


def _usual_rarity(patterns: Patterns, at: int, size: int, comparison: Comparison) -> Floats:
    """Bits of rarity that pairs of each level have anyhow, which the level's own bits must not lose again."""
    if not COMPARATORS[comparison.comparator].by_trade:
        return np.zeros(size)
    worth = patterns.counts(at, size, np.exp2(patterns.rarity[:, at])) + 1.0
    return np.log2(worth / (patterns.counts(at, size, np.ones(len(patterns.levels))) + 1.0))


def _weighed(comparison: Comparison, matches: Floats, others: Floats, usual: Floats) -> Comparison:
    specs = COMPARATORS[comparison.comparator].levels
    expected_m = np.array([spec.m for spec in specs])
    expected_u = np.array([spec.u for spec in specs])
    strength = _PRIOR_PAIRS + _PRIOR_SHARE * matches.sum()
    m = matches + strength * expected_m / expected_m.sum()
    u = others + 2.0 * expected_u / expected_u.sum()
    m, u = m / m.sum(), u / u.sum()
    told = np.minimum(np.log2(m / u) - usual, COMPARATORS[comparison.comparator].most)
    bits = np.clip(monotone(told, m + u), _LEAST_BITS, _MOST_BITS)
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
