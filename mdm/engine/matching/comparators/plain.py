"""Plain texts, codes, dates, numbers."""

from __future__ import annotations

import numpy as np
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.fuzz import ratio
from rapidfuzz.process import cpdist

from mdm.engine.matching.comparators.once import Texts
from mdm.engine.matching.comparators.registry import Compared, LevelSpec, comparator
from mdm.engine.matching.prepared import Compound
from mdm.engine.matching.table import Bytes, Floats, Ints, Longs
from mdm.engine.matching.tokens import words_of


def gather(texts: list[str], places: Longs) -> list[str]:
    return [texts[place] for place in places.tolist()]


def steps(*reached: np.ndarray) -> Bytes:
    """The level of each pair: the highest whose condition holds, the conditions given from the lowest level on."""
    levels = np.zeros(len(reached[0]), dtype=np.int8)
    for level, condition in enumerate(reached, 1):
        levels[condition] = level
    return levels


@comparator(
    "exact",
    LevelSpec("differs", "differs", 0.1, 0.9),
    LevelSpec("equal", "equal", 0.9, 0.1),
    most_fields=4,
)
def exact(values: Compound, left: Longs, right: Longs) -> Compared:
    return Compared(np.zeros(len(left), dtype=np.int8))


@comparator(
    "text",
    LevelSpec("differs", "differs", 0.08, 0.93),
    LevelSpec("similar", "somewhat alike", 0.06, 0.05),
    LevelSpec("close", "nearly the same", 0.12, 0.01),
    LevelSpec("equal", "equal", 0.74, 0.01),
    most_fields=4,
)
def text(values: Compound, left: Longs, right: Longs) -> Compared:
    one, other = gather(values.texts, left), gather(values.texts, right)
    alike = cpdist(one, other, scorer=JaroWinkler.similarity, dtype=np.float32)
    typed = cpdist(one, other, scorer=ratio, dtype=np.float32)
    return Compared(steps((alike >= 0.87) | (typed >= 75), (alike >= 0.94) | (typed >= 88)))


@comparator(
    "long_text",
    LevelSpec("differs", "says something else", 0.15, 0.96),
    LevelSpec("some", "shares some telling words", 0.2, 0.03),
    LevelSpec("much", "shares much of its words", 0.3, 0.007),
    LevelSpec("equal", "says the same", 0.35, 0.003),
    most_fields=4,
)
def long_text(values: Compound, left: Longs, right: Longs) -> Compared:
    found = words_of(values).overlap(left, right, soft=False)
    shared: Floats = found.jaccard
    return Compared(
        steps((shared >= 0.2) | (found.contained >= 0.35), (shared >= 0.5) | (found.contained >= 0.7), shared >= 0.9)
    )


@comparator(
    "date",
    LevelSpec("differs", "another date", 0.05, 0.94),
    LevelSpec("part", "shares the year, or day and month", 0.08, 0.04),
    LevelSpec("typo", "one slip apart", 0.1, 0.01),
    LevelSpec("equal", "the same day", 0.77, 0.001),
    most_fields=3,
)
def date(values: Compound, left: Longs, right: Longs) -> Compared:
    texts: Texts = values.feature("distinct", lambda each: Texts(each.texts))
    apart = texts.likeness(left, right, OSA.distance, dtype=np.int32)
    digits, years, days = values.feature("digits", _digits)
    swapped = digits[left] == digits[right]
    head = (years[left] == years[right]) | (days[left] == days[right])
    return Compared(steps(head | (apart <= 2), (apart <= 1) | (swapped & head)))


def _digits(values: Compound) -> tuple[Ints, Ints, Ints]:
    """Of each date: its digits in order, its first four characters, and the rest; as numbers."""
    texts = values.texts
    ordered = ["".join(sorted(filter(str.isdigit, text))) for text in texts]
    return Texts(ordered).codes, Texts([text[:4] for text in texts]).codes, Texts([text[4:] for text in texts]).codes


@comparator(
    "number",
    LevelSpec("differs", "another amount", 0.3, 0.75),
    LevelSpec("range", "of the same size", 0.25, 0.2),
    LevelSpec("near", "nearly the same", 0.15, 0.03),
    LevelSpec("equal", "equal", 0.3, 0.02),
)
def number(values: Compound, left: Longs, right: Longs) -> Compared:
    amounts = values.feature("amounts", lambda each: np.array([float(text) for text in each.texts]))
    one, other = amounts[left], amounts[right]
    apart = np.abs(one - other) / np.maximum(np.maximum(np.abs(one), np.abs(other)), 1e-9)
    return Compared(steps(apart <= 0.35, apart <= 0.1, apart <= 0.01))
