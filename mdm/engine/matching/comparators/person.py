"""Names of persons: nicknames, initials, spelling, given and family name the wrong way round."""

from __future__ import annotations

from typing import Final

import numpy as np
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.fuzz import ratio
from rapidfuzz.process import cpdist

from mdm.engine.matching.comparators.plain import gather, steps
from mdm.engine.matching.comparators.registry import Compared, LevelSpec, comparator
from mdm.engine.matching.prepared import Compound
from mdm.engine.matching.table import Bools, Floats, Longs
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
    alike = _alike(values.texts, left, right)
    return Compared(steps((alike >= 0.84) | _short(values.texts, left, right), alike >= 0.9))


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
    ordered = values.feature("ordered", _ordered)
    one, other = gather(ordered, left), gather(ordered, right)
    typed = cpdist(one, other, scorer=ratio, dtype=np.float64)
    swapped = np.array([a == b for a, b in zip(one, other, strict=True)], dtype=bool)
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
    parts = values.part_codes
    if parts.shape[1] < 2:
        nothing = np.zeros(len(left))
        return nothing, nothing
    first, last = values.texts_of(0), values.texts_of(1)
    given = np.maximum(_alike(first, left, right), 0.75 * _short(first, left, right))
    family = _alike(last, left, right)
    crossed_given = _crossed(first, last, left, right)
    crossed_family = _crossed(last, first, left, right)
    crossed = np.minimum(crossed_given, crossed_family) > np.minimum(given, family)
    return np.where(crossed, crossed_given, given), np.where(crossed, crossed_family, family)


def _alike(texts: list[str], left: Longs, right: Longs) -> Floats:
    one, other = gather(texts, left), gather(texts, right)
    found = cpdist(one, other, scorer=JaroWinkler.similarity, dtype=np.float64)
    present = np.array([bool(a) and bool(b) for a, b in zip(one, other, strict=True)], dtype=bool)
    return np.where(present, found, 0.0)


def _crossed(texts: list[str], others: list[str], left: Longs, right: Longs) -> Floats:
    one, other = gather(texts, left), gather(others, right)
    found = cpdist(one, other, scorer=JaroWinkler.similarity, dtype=np.float64)
    present = np.array([bool(a) and bool(b) for a, b in zip(one, other, strict=True)], dtype=bool)
    return np.where(present, found, 0.0)


def _short(texts: list[str], left: Longs, right: Longs) -> Bools:
    """Whether one name is an initial or a short form of the other."""
    pairs = zip(gather(texts, left), gather(texts, right), strict=True)
    return np.array([_may_be(one, other) for one, other in pairs], dtype=bool)


def _may_be(one: str, other: str) -> bool:
    if not one or not other:
        return False
    if one[0] == other[0] and (one.startswith(other) or other.startswith(one)):
        return True
    first, second = one.split()[0], other.split()[0]
    return first == second or not GIVEN_NAMES.get(first, frozenset()).isdisjoint(GIVEN_NAMES.get(second, frozenset()))
