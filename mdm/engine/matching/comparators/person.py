"""Names of persons: nicknames, initials, spelling, given and family name the wrong way round."""

from __future__ import annotations

from functools import cached_property
from typing import Final

import numpy as np
from rapidfuzz.distance import JaroWinkler, Prefix
from rapidfuzz.fuzz import ratio
from rapidfuzz.process import cpdist

from mdm.engine.matching.comparators.once import Texts, once
from mdm.engine.matching.comparators.plain import steps
from mdm.engine.matching.comparators.registry import Compared, LevelSpec, comparator
from mdm.engine.matching.prepared import Compound
from mdm.engine.matching.table import Bools, Floats, Ints, Longs
from mdm.engine.matching.tokens import words_of
from mdm.engine.matching.words import GIVEN_NAMES

_WITH_WHOLE: Final = 3


@comparator(
    "given_name",
    LevelSpec("differs", "another given name", 0.06, 0.95),
    LevelSpec("initial", "may be the same: an initial or a short form", 0.08, 0.03),
    LevelSpec("close", "nearly the same given name", 0.12, 0.01),
    LevelSpec("equal", "the same given name", 0.74, 0.01),
    identity=True,
    of_persons=True,
)
@comparator(
    "family_name",
    LevelSpec("differs", "another family name", 0.08, 0.97),
    LevelSpec("initial", "may be the same: cut short", 0.05, 0.015),
    LevelSpec("close", "nearly the same family name", 0.13, 0.01),
    LevelSpec("equal", "the same family name", 0.74, 0.005),
    identity=True,
    of_persons=True,
)
def single_name(values: Compound, left: Longs, right: Longs) -> Compared:
    names: Names = values.feature("names", lambda each: Names(each.texts))
    alike = names.likeness(left, right, JaroWinkler.similarity)
    return Compared(steps((alike >= 0.84) | names.short(left, right), alike >= 0.9))


@comparator(
    "person_name",
    LevelSpec("differs", "another name", 0.05, 0.9896),
    LevelSpec("one", "one of the names is the same", 0.09, 0.009),
    LevelSpec("partly", "may be the same: initials, a short form, or a part", 0.1, 0.0009),
    LevelSpec("similar", "somewhat alike", 0.1, 0.0003),
    LevelSpec("close", "nearly the same", 0.16, 0.0001),
    LevelSpec("swapped", "the same words in another order", 0.05, 0.00005),
    LevelSpec("equal", "equal", 0.45, 0.00005),
    most_fields=3,
    identity=True,
    of_persons=True,
)
def person_name(values: Compound, left: Longs, right: Longs) -> Compared:
    """Fields: the whole name; or given and family name, and the whole name as well where it says more."""
    words = words_of(values)
    found = words.overlap(left, right)
    ordered: Texts = values.feature("ordered", lambda each: Texts(_ordered(each)))
    typed = ordered.likeness(left, right, ratio)
    swapped = ordered.codes[left] == ordered.codes[right]
    given, family = _names(values, left, right)
    share = found.jaccard
    levels = steps(
        (found.contained >= 0.45) | (given >= 0.9) | (family >= 0.9),
        (np.minimum(given, family) >= 0.7) | (found.contained >= 0.85),
        (typed >= 80) | (np.minimum(given, family) >= 0.84),
        (typed >= 88) | (share >= 0.85) | (np.minimum(given, family) >= 0.91),
        swapped,
    )
    return Compared(levels)


def _ordered(values: Compound) -> list[str]:
    """The distinct words of each name, sorted; of the parts, or of the whole name where it has no parts."""
    count = values.part_codes.shape[1]
    columns = [values.texts_of(part) for part in range(count)][: max(count - 1, 1) if count == _WITH_WHOLE else count]
    names = [" ".join(parts) for parts in zip(*columns, strict=True)]
    if count == _WITH_WHOLE:
        names = [name if name.strip() else whole for name, whole in zip(names, values.texts_of(count - 1), strict=True)]
    return [" ".join(sorted(set(name.split()))) for name in names]


def _names(values: Compound, left: Longs, right: Longs) -> tuple[Floats, Floats]:
    """Likeness of the given and of the family names, the better of straight and crossed; 0 where one is missing."""
    if values.part_codes.shape[1] < 2:
        nothing = np.zeros(len(left))
        return nothing, nothing
    both: _Pairs = values.feature("names", _Pairs)
    names, first, last = both.names, both.first, both.last
    given = np.maximum(names.alike(first[left], first[right]), 0.75 * names.short(left, right))
    family = names.alike(last[left], last[right])
    crossed_given = names.alike(first[left], last[right])
    crossed_family = names.alike(last[left], first[right])
    crossed = np.minimum(crossed_given, crossed_family) > np.minimum(given, family)
    return np.where(crossed, crossed_given, given), np.where(crossed, crossed_family, family)


class Names(Texts):
    """Names, with what an initial or a short form is known by."""

    def alike(self, left: Longs, right: Longs) -> Floats:
        """Jaro-Winkler, 0 where one is empty."""
        known = self.lengths > 0
        both = known[self.codes[left]] & known[self.codes[right]]
        return np.where(both, self.likeness(left, right, JaroWinkler.similarity), 0.0)

    def short(self, left: Longs, right: Longs) -> Bools:
        """Whether one name is an initial or a short form of the other."""
        found: Bools = once(self.codes[left], self.codes[right], len(self.values), self._may_be)
        return found

    @cached_property
    def _beginnings(self) -> list[str]:
        return [text.partition(" ")[0] for text in self.values]

    @cached_property
    def _first_words(self) -> Ints:
        return Texts(self._beginnings).codes

    @cached_property
    def _initials(self) -> Ints:
        return np.array([ord(text[:1] or " ") for text in self.values], dtype=np.int32)

    @cached_property
    def _families(self) -> Ints:
        """Families of given names that each belongs to, a column for each; -1 where there are no more."""
        rows = {at: sorted(GIVEN_NAMES[word]) for at, word in enumerate(self._beginnings) if word in GIVEN_NAMES}
        found = np.full((len(self.values), max([1, *map(len, rows.values())])), -1, dtype=np.int32)
        for at, row in rows.items():
            found[at, : len(row)] = row
        return found

    def _may_be(self, one: Longs, other: Longs) -> Bools:
        shorter = np.minimum(self.lengths[one], self.lengths[other])
        found = self._first_words[one] == self._first_words[other]
        alike = np.flatnonzero(~found & (self._initials[one] == self._initials[other]))
        begin = (self.array[side[alike]] for side in (one, other))
        found[alike] = cpdist(*begin, scorer=Prefix.similarity, dtype=np.int32) == shorter[alike]
        families = self._families
        maybe = np.flatnonzero((families[one, 0] >= 0) & (families[other, 0] >= 0))
        left, right = families[one[maybe]][:, :, None], families[other[maybe]][:, None, :]
        found[maybe] |= ((left == right) & (left >= 0)).any(axis=(1, 2))
        return np.asarray(found & (shorter > 0))


class _Pairs:
    """Given and family names in one numbering, so that one can be held against the other."""

    def __init__(self, values: Compound) -> None:
        count = len(values)
        self.names = Names([*values.texts_of(0), *values.texts_of(1)])
        self.first, self.last = np.arange(count), np.arange(count) + count
