"""Titles of products and works: words weighed by rarity, and model numbers, which either agree or speak against."""

from __future__ import annotations

import re
from typing import Final

import numpy as np

from mdm.engine.matching.comparators.organisation import spelled_alike, within_level
from mdm.engine.matching.comparators.plain import steps
from mdm.engine.matching.comparators.registry import Compared, LevelSpec, comparator
from mdm.engine.matching.prepared import Compound
from mdm.engine.matching.table import Longs
from mdm.engine.matching.tokens import words_of_part

_LACKING: Final = 0.5
_ADDED: Final = 0.1
_STEPS: Final = (0.3, 0.8, 1.5, 2.3)
_MODEL: Final = re.compile(r"(?=\S*\d)(?=\S*[a-z])\S{3,}|\d{4,}")
_UNIT: Final = re.compile(r"\d+(?:[a-z]{1,2}|inch|pack|watt|foot|mhz|ghz|rpm|hour)s?")


@comparator(
    "title",
    LevelSpec("differs", "another title", 0.03, 0.985),
    LevelSpec("word", "shares a telling word", 0.08, 0.01),
    LevelSpec("partly", "shares some telling words", 0.17, 0.003),
    LevelSpec("contained", "shares many telling words", 0.17, 0.001),
    LevelSpec("similar", "shares most of the telling words", 0.2, 0.0005),
    LevelSpec("close", "nearly equal", 0.15, 0.0003),
    LevelSpec("equal", "equal", 0.2, 0.0002),
    identity=True,
    by_words=True,
)
def title(values: Compound, left: Longs, right: Longs) -> Compared:
    words = words_of_part(values, 0)
    found = words.overlap(left, right)
    typed = spelled_alike(values, left, right)
    told = found.evidence(_LACKING, _ADDED) / words.scale
    share = found.jaccard
    levels = steps(
        *(told >= step for step in _STEPS),
        ((share >= 0.85) | (typed >= 94)) & (told >= 0.8),
    )
    return Compared(levels, np.where(levels <= len(_STEPS), within_level(told, _STEPS, words.scale), 0.0))


@comparator(
    "model_number",
    LevelSpec("conflict", "another model number", 0.1, 0.95),
    LevelSpec("some", "shares a model number, another differs", 0.25, 0.04),
    LevelSpec("equal", "the same model number", 0.65, 0.01),
)
def model_number(values: Compound, left: Longs, right: Longs) -> Compared:
    """Words of letters and digits, read from a title."""
    models = values.feature("models", lambda each: [models_of(text) for text in each.texts])
    pairs = [(models[a], models[b]) for a, b in zip(left.tolist(), right.tolist(), strict=True)]
    known = np.array([bool(a) and bool(b) for a, b in pairs], dtype=bool)
    levels = steps(
        np.array([_meet(a, b) for a, b in pairs], dtype=bool),
        np.array([a <= b or b <= a for a, b in pairs], dtype=bool),
    )
    levels[~known] = -1
    return Compared(levels)


def models_of(text: str) -> frozenset[str]:
    return frozenset(word for word in text.split() if _MODEL.fullmatch(word) and not _UNIT.fullmatch(word))


def _meet(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether a model number is in both, or begins one of the other side."""
    if one & other:
        return True
    return any(a.startswith(b) or b.startswith(a) for a in one for b in other if min(len(a), len(b)) > 3)
