"""Words of many values at once: how much of what two texts say is the same, weighed by how rare the words are.

A word counts with its information in bits, log2(values / values that have it): how often a value is repeated must not
make its words common, because repetitions are what is looked for. Words match when they are equal, when
one is cut short (`miner` of `minerals`), or when they are misspelled alike; a near match counts in part.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cpdist

from mdm.engine.matching.prepared import Compound
from mdm.engine.matching.sorting import numbered
from mdm.engine.matching.table import Floats, Ints, Longs

MOST_WORDS: Final = 24
_CHUNK: Final = 4_000_000
_LEAST_ALIKE: Final = 0.9
_PREFIX_WORTH: Final = 0.85
_INITIAL_WORTH: Final = 0.5
_SHORTEST_PREFIX: Final = 3
_OTHERS_WORTH: Final = 0.35
_STEPS: Final = 1_024
"""Bits are rounded to what adds up without error."""


class Overlap(NamedTuple):
    """Bits of the words that both have, and of all words of either side."""

    shared: Floats
    left: Floats
    right: Floats

    def evidence(self, lacking: float, added: float) -> Floats:
        """The shared bits, less what the shorter text says beyond (`lacking`), and the longer one (`added`)."""
        shorter, longer = np.minimum(self.left, self.right), np.maximum(self.left, self.right)
        return self.shared - lacking * (shorter - self.shared) - added * (longer - self.shared)

    @property
    def jaccard(self) -> Floats:
        return self.shared / np.maximum(self.left + self.right - self.shared, 1e-9)

    @property
    def contained(self) -> Floats:
        """How much of the shorter text the longer one has."""
        return self.shared / np.maximum(np.minimum(self.left, self.right), 1e-9)


@dataclass(frozen=True, eq=False)
class Words:
    """The distinct words of each value: value v has `codes[offsets[v]:offsets[v + 1]]`."""

    vocabulary: list[str]
    codes: Ints
    offsets: Longs
    bits: Floats
    """Information of each word of the vocabulary."""
    scale: float = 1.0
    """Information that tells one value from all others."""
    known_usual: float | None = None

    @cached_property
    def totals(self) -> Floats:
        """Information of each value."""
        return _weighed(self.bits[self.codes], self.offsets[:-1], self.lengths)

    @cached_property
    def usual(self) -> float:
        """Information of a value in the mean."""
        if self.known_usual is not None:
            return self.known_usual
        return float(self.totals.mean()) if len(self.totals) else 0.0

    @cached_property
    def lengths(self) -> Longs:
        return np.diff(self.offsets)

    @cached_property
    def near(self) -> _Near:
        return _Near(self)

    def overlap(self, left: Longs, right: Longs, *, soft: bool = True) -> Overlap:
        """Of the values left[i] and right[i]; symmetric."""
        shared = np.empty(len(left))
        work = self.lengths[left] * self.lengths[right]
        edges = np.searchsorted(np.cumsum(work), np.arange(_CHUNK, int(work.sum()) + _CHUNK, _CHUNK), side="left") + 1
        start = 0
        for end in np.unique(np.minimum(edges, len(left))).tolist():
            shared[start:end] = self._shared(left[start:end], right[start:end], soft)
            start = end
        return Overlap(shared, self.totals[left], self.totals[right])

    def _shared(self, left: Longs, right: Longs, soft: bool) -> Floats:
        """Each word of either side takes its best partner; the mean of both sides counts."""
        many, fewer = self.lengths[left], self.lengths[right]
        sizes = many * fewer
        pair = np.repeat(np.arange(len(left)), sizes)
        within = np.arange(len(pair)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        width = np.repeat(fewer, sizes)
        row, column = within // np.maximum(width, 1), within % np.maximum(width, 1)
        one = self.codes[self.offsets[left][pair] + row]
        other = self.codes[self.offsets[right][pair] + column]
        worth: Floats = self.near.worth(one, other) if soft else (one == other).astype(np.float64)
        hit = worth > 0
        pair, row, column, worth = pair[hit], row[hit], column[hit], worth[hit]
        value = worth * np.minimum(self.bits[one[hit]], self.bits[other[hit]])
        return 0.5 * (_best(pair, row, value, many) + _best(pair, column, value, fewer))


def _best(pair: Longs, place: Longs, value: Floats, lengths: Longs) -> Floats:
    """Per pair the bits of its words, each word with the best value it has."""
    starts = np.cumsum(lengths) - lengths
    best = np.zeros(int(lengths.sum()))
    np.maximum.at(best, starts[pair] + place, value)
    return _weighed(best, starts, lengths)


def _weighed(bits: Floats, starts: Longs, lengths: Longs) -> Floats:
    """Per run of words their bits together: the rarest counts in full, the others in part, because words go together
    (`public joint stock company`) and are not news each by itself."""
    ends = starts + lengths
    sums = np.concatenate(([0.0], np.cumsum(np.round(bits * _STEPS) / _STEPS)))
    total = sums[ends] - sums[starts]
    rarest = np.zeros(len(starts))
    filled = lengths > 0
    if filled.any():
        rarest[filled] = np.maximum.reduceat(bits, starts[filled])
    return np.asarray(rarest + _OTHERS_WORTH * (total - rarest))


class _Near:
    """How well two words match, found out once per pair of words."""

    def __init__(self, words: Words) -> None:
        self._words = words.vocabulary
        self._size = len(words.vocabulary)
        self._initials = np.array([word[:2] for word in words.vocabulary], dtype="U2").view("U1").reshape(-1, 2)[:, 0]
        self._lengths = np.array([len(word) for word in words.vocabulary], dtype=np.int32)
        self._digits = np.array([any(char.isdigit() for char in word) for word in words.vocabulary], dtype=bool)

    def worth(self, one: Ints, other: Ints) -> Floats:
        equal = one == other
        found: Floats = equal.astype(np.float64)
        # Words with digits are numbers and models: near is not the same.
        maybe = ~equal & (self._initials[one] == self._initials[other]) & ~self._digits[one] & ~self._digits[other]
        places = np.flatnonzero(maybe)
        if len(places):
            low, high = np.minimum(one[places], other[places]), np.maximum(one[places], other[places])
            keys, inverse = numbered(low.astype(np.int64) * self._size + high)
            found[places] = self._compare(keys // self._size, keys % self._size)[inverse]
        return found

    def _compare(self, one: Longs, other: Longs) -> Floats:
        left = [self._words[code] for code in one.tolist()]
        right = [self._words[code] for code in other.tolist()]
        alike = cpdist(left, right, scorer=JaroWinkler.similarity, dtype=np.float64)
        shorter = np.minimum(self._lengths[one], self._lengths[other])
        worth = np.where((alike >= _LEAST_ALIKE) & (shorter > 3), alike, 0.0)
        cut = np.array([a.startswith(b) or b.startswith(a) for a, b in zip(left, right, strict=True)], dtype=bool)
        worth = np.where(cut & (shorter >= _SHORTEST_PREFIX), np.maximum(worth, _PREFIX_WORTH), worth)
        return np.asarray(np.where(cut & (shorter < _SHORTEST_PREFIX), _INITIAL_WORTH, worth))


def words_of(compound: Compound) -> Words:
    """The words of each value of the compound, all parts together."""
    found: Words = compound.feature("words", lambda each: _words(each, each.texts, None))
    return found


def words_of_part(compound: Compound, part: int) -> Words:
    found: Words = compound.feature(f"words {part}", lambda each: _words(each, each.texts_of(part), part))
    return found


def _words(compound: Compound, texts: list[str], part: int | None) -> Words:
    lists = [list(dict.fromkeys(text.split()))[:MOST_WORDS] for text in texts]
    vocabulary = sorted({word for words in lists for word in words})
    numbers = {word: number for number, word in enumerate(vocabulary)}
    codes = np.array([numbers[word] for words in lists for word in words], dtype=np.int32)
    lengths = np.array([len(words) for words in lists], dtype=np.int64)
    offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    if compound.population is not None:
        counted = compound.population.words(part)
        held = np.array([counted.held.get(word, 1) for word in vocabulary], dtype=np.float64)
        records = compound.population.values
        usual: float | None = counted.usual
    else:
        usual = None
        held = np.bincount(codes, minlength=len(vocabulary)).astype(np.float64)
        records = max(len(lists), 1)
    bits = np.log2((records + 1) / np.maximum(held, 1.0))
    scale = float(np.log2(records + 2))
    return Words(vocabulary, codes, offsets, np.maximum(bits, 0.5), scale, usual)
