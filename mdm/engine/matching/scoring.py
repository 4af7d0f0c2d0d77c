"""Scores of pairs: the bits of the levels found, added up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from mdm.engine.matching.comparators import COMPARATORS, Compared
from mdm.engine.matching.declaration import Comparison, Interaction, MatchModel
from mdm.engine.matching.prepared import Compound, Prepared
from mdm.engine.matching.sorting import numbered
from mdm.engine.matching.table import Bools, Bytes, Floats, Ints, Longs
from mdm.engine.matching.tokens import words_of_part

_CHUNK: Final = 2_000_000
_RAREST: Final = 4.0
_COMMONEST: Final = -6.0
_STEPS: Final = 1_024


@dataclass(frozen=True, eq=False)
class Scores:
    """`levels[pair, comparison]` counts from the strongest disagreement (0) upwards; -1 = one side has no value.

    `contributions[pair, bar]` are bits, in the order of `model.bars`; each row and the prior add up to `score`.
    """

    score: Floats
    levels: Bytes
    contributions: Floats
    prior: float

    @property
    def probability(self) -> Floats:
        """What the score means if the model is right: of pairs with 3 bits, eight in nine are matches."""
        return probability_of(self.score)


def probability_of(bits: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp2(-np.clip(bits, -500, 500))))


class Outcome(NamedTuple):
    """Of one comparison, for each pair."""

    levels: Bytes
    rarity: npt.NDArray[np.float32]


def outcomes(prepared: Prepared, model: MatchModel, left: Ints | Longs, right: Ints | Longs) -> list[Outcome]:
    """What each comparison finds for the records left[i] and right[i]."""
    return [compare_records(prepared.compound(each.fields), each, left, right) for each in model.comparisons]


def add_up(model: MatchModel, found: list[Outcome]) -> Scores:
    """The score of each pair from what its comparisons found."""
    levels = np.stack([outcome.levels for outcome in found], axis=1)
    contributions = np.stack(list(_bars(model, found, levels)), axis=1)
    prior = float(exact(np.array(model.prior)))
    return Scores(prior + contributions.sum(axis=1), levels, contributions, prior)


def totals(model: MatchModel, found: list[Outcome]) -> Floats:
    """`add_up(model, found).score` without its parts, which of many millions of pairs would fill the memory."""
    levels = (
        np.stack([outcome.levels for outcome in found], axis=1) if model.interactions else np.zeros((0, 0), np.int8)
    )
    score = np.full(len(found[0].levels), float(exact(np.array(model.prior))))
    for bar in _bars(model, found, levels):
        score += bar
    return score


def _bars(model: MatchModel, found: list[Outcome], levels: Bytes) -> Iterator[Floats]:
    both = list(zip(model.comparisons, found, strict=True))
    for comparison, outcome in both:
        yield exact(np.array([0.0, *(level.bits for level in comparison.levels)]))[outcome.levels + 1]
    for comparison, outcome in both:
        if comparison.rarity:
            yield exact(comparison.rarity * outcome.rarity.astype(np.float64))
    for interaction in model.interactions:
        yield interaction_bits(model, interaction, levels)


def exact(bits: Floats) -> Floats:
    """Rounded to what adds up without error in any order."""
    return np.round(bits * _STEPS) / _STEPS


def compare_records(values: Compound, comparison: Comparison, left: Ints | Longs, right: Ints | Longs) -> Outcome:
    """A record with several values is as like as its most alike value."""
    levels = np.full(len(left), -1, dtype=np.int8)
    rarity = np.zeros(len(left), dtype=np.float32)
    for start in range(0, len(left), _CHUNK):
        piece = slice(start, start + _CHUNK)
        compare = _compare_single if values.single else _compare_many
        levels[piece], rarity[piece] = compare(values, comparison, left[piece], right[piece])
    return Outcome(levels, rarity)


def _compare_single(values: Compound, comparison: Comparison, left: Ints | Longs, right: Ints | Longs) -> Outcome:
    return compare_values(values, comparison, values.codes[left], values.codes[right])


def _compare_many(values: Compound, comparison: Comparison, left: Ints | Longs, right: Ints | Longs) -> Outcome:
    """Every value of one side with every value of the other."""
    starts, lengths = values.offsets[:-1], np.diff(values.offsets)
    sizes = lengths[left] * lengths[right]
    pair = np.repeat(np.arange(len(left)), sizes)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    width = lengths[right][pair]
    one = values.codes[starts[left][pair] + within // width]
    other = values.codes[starts[right][pair] + within % width]
    found = compare_values(values, comparison, one, other)
    firsts = np.cumsum(sizes) - sizes
    best = np.maximum.reduceat(found.levels, firsts) if len(pair) else found.levels
    chosen = np.where(found.levels == best[pair], found.rarity, -np.inf)
    rarity = np.maximum.reduceat(chosen, firsts) if len(pair) else chosen
    return Outcome(best, rarity)


def compare_values(values: Compound, comparison: Comparison, one: Ints, other: Ints) -> Outcome:
    """Levels of pairs of values; each distinct pair is compared once, and the smaller number always stands left."""
    known = (one >= 0) & (other >= 0)
    levels = np.where(known, len(comparison.levels) - 1, -1).astype(np.int8)
    rarity = np.zeros(len(one), dtype=np.float32)
    if comparison.rarity:
        same = np.flatnonzero(known & (one == other))
        rarity[same] = rarity_of_equals(values, COMPARATORS[comparison.comparator].by_words)[one[same]]
    places = np.flatnonzero(known & (one != other))
    if len(places):
        low = np.minimum(one[places], other[places]).astype(np.int64)
        high = np.maximum(one[places], other[places]).astype(np.int64)
        keys, inverse = numbered(low * len(values) + high)
        found = _compare_scripts(values, comparison, keys // len(values), keys % len(values))
        levels[places] = found.levels[inverse]
        rarity[places] = np.where(levels[places] >= 0, found.rarity[inverse], 0.0) if found.rarity is not None else 0.0
    return Outcome(levels, rarity)


def _compare_scripts(values: Compound, comparison: Comparison, one: Longs, other: Longs) -> Compared:
    """As the comparator says; but two scripts that do not agree cannot be told to differ."""
    found = COMPARATORS[comparison.comparator].compare(values, one, other)
    guessed = values.foreign[one] != values.foreign[other]
    levels = np.where(guessed & (found.levels < len(comparison.levels) // 2), -1, found.levels).astype(np.int8)
    return Compared(levels, found.rarity)


def rarity_of_equals(values: Compound, by_words: bool) -> Floats:
    """Bits that agreeing on this very value carries more than agreeing on a usual one."""
    found: Floats = values.feature("rarity", _word_rarity if by_words else _value_rarity)
    return found


def _word_rarity(values: Compound) -> Floats:
    words = words_of_part(values, 0)
    return np.clip(words.totals - words.scale, _COMMONEST, 0.0)


def _value_rarity(values: Compound) -> Floats:
    if values.population is not None:
        known = values.population.held
        held = np.array([known.get(values.key(code), 1) for code in range(len(values))], dtype=np.float64)
        usual = values.population.usual
    else:
        held = np.maximum(values.counts.astype(np.float64), 1.0)
        usual = usual_count(held)
    return np.clip(np.log2(usual / held), _COMMONEST, _RAREST)


def usual_count(held: Floats) -> float:
    """How many records share the value of a chance agreement, in the mean over agreeing pairs."""
    return float((held**2).sum() / held.sum()) if len(held) else 1.0


def interaction_bits(model: MatchModel, interaction: Interaction, levels: Bytes) -> Floats:
    """The bits of one interaction for each pair: its own where all its levels come together, else none."""
    return exact(np.where(come_together(model, interaction, levels), interaction.bits, 0.0))


def come_together(model: MatchModel, interaction: Interaction, levels: Bytes) -> Bools:
    """Whether each pair shows all the levels that the interaction is about."""
    hit = np.ones(len(levels), dtype=bool)
    for at, comparison in enumerate(model.comparisons):
        wanted = interaction.when.get(comparison.name)
        if wanted is not None:
            numbers = [number for number, level in enumerate(comparison.levels) if level.name in wanted]
            hit &= np.isin(levels[:, at], numbers)
    return hit
