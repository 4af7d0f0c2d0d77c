"""Addresses and places: the house number against the street, and one merged comparison of where it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from rapidfuzz.distance import Hamming, JaroWinkler, Prefix
from rapidfuzz.fuzz import token_set_ratio, token_sort_ratio
from rapidfuzz.process import cpdist

from mdm.engine.matching.comparators.once import Texts, once
from mdm.engine.matching.comparators.plain import steps
from mdm.engine.matching.comparators.registry import Compared, LevelSpec, comparator
from mdm.engine.matching.prepared import Compound
from mdm.engine.matching.table import Bools, Floats, Ints, Longs

_NUMBER: Final = re.compile(r"\d+[a-z]?\b")


class _Streets(NamedTuple):
    """Of each value: its words without numbers, its house's number (-1: none), and all its numbers."""

    words: Texts
    known: Bools
    house: Ints
    numbers: list[frozenset[str]]


@comparator(
    "address",
    LevelSpec("differs", "another street", 0.12, 0.975),
    LevelSpec("conflict", "the same street, another house number", 0.03, 0.004, most=-3.0),
    LevelSpec("similar", "a similar street", 0.1, 0.017),
    LevelSpec("street", "the same street, a house number is missing", 0.1, 0.002),
    LevelSpec("close", "the same house number, a similar street", 0.15, 0.001),
    LevelSpec("equal", "the same street and house number", 0.5, 0.001),
    most_fields=2,
    pinpoints=True,
)
def address(values: Compound, left: Longs, right: Longs) -> Compared:
    """Fields: the street, and the house number where it stands in a column of its own."""
    streets: _Streets = values.feature("streets", _streets)
    typed = streets.words.likeness(left, right, token_sort_ratio)
    # 100 is said of a street whose words the other has all, whatever else that says.
    within = streets.words.likeness(left, right, token_set_ratio) == 100
    known = streets.known[left] & streets.known[right]
    one, other = streets.house[left], streets.house[right]
    agree = (one >= 0) & (one == other)
    conflict = (one >= 0) & (other >= 0) & (one != other)
    maybe = np.flatnonzero(conflict)
    numbers = streets.numbers
    conflict[maybe] = [
        numbers[a].isdisjoint(numbers[b]) for a, b in zip(left[maybe].tolist(), right[maybe].tolist(), strict=True)
    ]
    same = known & ((typed >= 88) | within)
    near = known & (typed >= 62)
    levels = steps(
        same & conflict,
        near & ~conflict,
        same & ~conflict,
        near & agree,
        same & agree,
    )
    levels[~known & ~agree & ~conflict] = -1
    return Compared(levels)


def _streets(values: Compound) -> _Streets:
    read = [_street(*row) for row in _rows(values)]
    houses = {house: number for number, house in enumerate(sorted({house for _, house, _ in read if house}))}
    return _Streets(
        Texts([words for words, _, _ in read]),
        np.array([bool(words) for words, _, _ in read], dtype=bool),
        np.array([houses.get(house, -1) for _, house, _ in read], dtype=np.int32),
        [numbers for _, _, numbers in read],
    )


def _rows(values: Compound) -> list[tuple[str, str]]:
    first = values.texts_of(0)
    second = values.texts_of(1) if values.part_codes.shape[1] > 1 else [""] * len(first)
    return list(zip(first, second, strict=True))


def _street(street: str, house: str) -> tuple[str, str, frozenset[str]]:
    """(words without numbers, the house's number, all numbers): the first number is the house's."""
    found = _NUMBER.findall(street)
    words = " ".join(_NUMBER.sub(" ", street).split())
    own = _NUMBER.findall(house.replace(" ", ""))
    numbers = [*own, *found]
    return words, numbers[0].rstrip("abcdefghijklmnopqrstuvwxyz") if numbers else "", frozenset(numbers)


@comparator(
    "place",
    LevelSpec("conflict", "somewhere else", 0.08, 0.9),
    LevelSpec("wide", "the same country or region only", 0.1, 0.08),
    LevelSpec("near", "nearly the same place", 0.12, 0.01),
    LevelSpec("equal", "the same place", 0.7, 0.01),
    most_fields=4,
)
def place(values: Compound, left: Longs, right: Longs) -> Compared:
    """Fields from the narrowest to the widest: postal code, city, region, country. What a side lacks tells nothing."""
    count = values.part_codes.shape[1]
    scores = [_likeness(values, part, left, right) for part in range(count)]
    both = np.stack([~np.isnan(score) for score in scores])
    good = np.stack([np.nan_to_num(score) >= 0.92 for score in scores])
    fair = np.stack([np.nan_to_num(score) >= 0.8 for score in scores])
    wide = good[-1] if count > 1 else fair[0]
    narrow = slice(0, max(count - 1, 1))
    any_narrow, all_narrow = (good & both)[narrow].any(axis=0), (good | ~both)[narrow].all(axis=0)
    agrees = any_narrow & all_narrow & (good | ~both).all(axis=0)
    levels = steps(
        wide | (fair & both)[narrow].any(axis=0),
        any_narrow | ((fair | ~both)[narrow].all(axis=0) & both[narrow].any(axis=0)),
        agrees,
    )
    only_wide = both.any(axis=0) & ~both[narrow].any(axis=0)
    levels[only_wide & wide] = 1
    levels[~both.any(axis=0)] = -1
    return Compared(levels)


def _likeness(values: Compound, part: int, left: Longs, right: Longs) -> Floats:
    """0 to 1, NaN where a side has none."""
    codes = values.part_codes[:, part]
    one, other = codes[left], codes[right]
    found = np.full(len(left), np.nan)
    known = (one >= 0) & (other >= 0)
    found[known & (one == other)] = 1.0
    rest = np.flatnonzero(known & (one != other))
    if len(rest):
        places: _Places = values.feature(f"places {part}", lambda each: _Places(each.parts[part]))
        found[rest] = once(one[rest], other[rest], len(places.texts), places.alike)
    return found


class _Places:
    """Names of places and postal codes."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = np.empty(len(texts), dtype=object)
        self.texts[:] = texts
        self._digits = np.array([any(map(str.isdigit, text)) for text in texts], dtype=bool)
        self._lengths = np.array([len(text) for text in texts], dtype=np.int64)

    def alike(self, one: Longs, other: Longs) -> Floats:
        """Names by their letters. Postal codes: one may be the beginning of the other; one slip is near."""
        first, second = self.texts[one], self.texts[other]
        found = np.zeros(len(one))
        coded = self._digits[one]
        names, codes = np.flatnonzero(~coded), np.flatnonzero(coded)
        if len(names):
            found[names] = cpdist(first[names], second[names], scorer=JaroWinkler.similarity, dtype=np.float64)
        if len(codes):
            first, second = first[codes], second[codes]
            length, width = self._lengths[one[codes]], self._lengths[other[codes]]
            begins = cpdist(first, second, scorer=Prefix.similarity, dtype=np.int32) == np.minimum(length, width)
            slip = (length == width) & (cpdist(first, second, scorer=Hamming.distance, dtype=np.int32) == 1)
            found[codes] = np.where(begins, 0.95, np.where(slip, 0.85, 0.0))
        return found
