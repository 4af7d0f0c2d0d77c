"""Addresses and places: the house number against the street, and one merged comparison of where it is."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

import numpy as np
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.fuzz import token_sort_ratio
from rapidfuzz.process import cpdist

from mdm.engine.matching.comparators.plain import steps
from mdm.engine.matching.comparators.registry import Compared, LevelSpec, comparator
from mdm.engine.matching.prepared import Compound
from mdm.engine.matching.table import Bools, Floats, Longs

_NUMBER: Final = re.compile(r"\d+[a-z]?\b")


class _Street(NamedTuple):
    """`words` without numbers; the first number is the house's."""

    words: str
    house: str
    numbers: frozenset[str]


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
    streets: list[_Street] = values.feature("streets", lambda each: [_street(*row) for row in _rows(each)])
    pairs = list(zip((streets[at] for at in left.tolist()), (streets[at] for at in right.tolist()), strict=True))
    one, other = [a.words for a, _ in pairs], [b.words for _, b in pairs]
    typed = cpdist(one, other, scorer=token_sort_ratio, dtype=np.float64)
    known = np.array([bool(a.words) and bool(b.words) for a, b in pairs], dtype=bool)
    agree = np.array([bool(a.house) and (a.house == b.house) for a, b in pairs], dtype=bool)
    conflict = np.array([_conflict(a, b) for a, b in pairs], dtype=bool)
    same = known & ((typed >= 88) | _within(one, other))
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


def _rows(values: Compound) -> list[tuple[str, str]]:
    first = values.texts_of(0)
    second = values.texts_of(1) if values.part_codes.shape[1] > 1 else [""] * len(first)
    return list(zip(first, second, strict=True))


def _street(street: str, house: str) -> _Street:
    found = _NUMBER.findall(street)
    words = " ".join(_NUMBER.sub(" ", street).split())
    own = _NUMBER.findall(house.replace(" ", ""))
    numbers = [*own, *found]
    return _Street(words, numbers[0].rstrip("abcdefghijklmnopqrstuvwxyz") if numbers else "", frozenset(numbers))


def _conflict(one: _Street, other: _Street) -> bool:
    return bool(one.house and other.house) and one.house != other.house and not one.numbers & other.numbers


def _within(one: list[str], other: list[str]) -> Bools:
    found = (
        set(a.split()) <= set(b.split()) or set(b.split()) <= set(a.split()) for a, b in zip(one, other, strict=True)
    )
    return np.fromiter(found, dtype=bool, count=len(one))


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
        low, high = np.minimum(one[rest], other[rest]).astype(np.int64), np.maximum(one[rest], other[rest])
        keys, inverse = np.unique(low * len(values.parts[part]) + high, return_inverse=True)
        texts = values.parts[part]
        first = [texts[at] for at in (keys // len(texts)).tolist()]
        second = [texts[at] for at in (keys % len(texts)).tolist()]
        alike = cpdist(first, second, scorer=JaroWinkler.similarity, dtype=np.float64)
        digits = np.array([any(char.isdigit() for char in text) for text in first], dtype=bool)
        alike = np.where(digits, _codes_alike(first, second), alike)
        found[rest] = alike[inverse]
    return found


def _codes_alike(one: list[str], other: list[str]) -> Floats:
    """Postal codes: one may be the beginning of the other; one slip is near."""
    found = np.zeros(len(one))
    for at, (a, b) in enumerate(zip(one, other, strict=True)):
        if a.startswith(b) or b.startswith(a):
            found[at] = 0.95
        elif len(a) == len(b) and sum(x != y for x, y in zip(a, b, strict=True)) == 1:
            found[at] = 0.85
    return found
