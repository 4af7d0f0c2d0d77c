"""Titles of products and works: words weighed by rarity, and model numbers, which either agree or speak against."""

from __future__ import annotations

from collections import Counter
from typing import Final, NamedTuple

import numpy as np

from mdm.engine.matching.comparators.organisation import spelled_alike, within_level
from mdm.engine.matching.comparators.plain import steps
from mdm.engine.matching.comparators.registry import Compared, LevelSpec, comparator
from mdm.engine.matching.models import models_of
from mdm.engine.matching.prepared import Compound, Counts
from mdm.engine.matching.table import Longs
from mdm.engine.matching.tokens import words_of_part

_LACKING: Final = 0.5
_ADDED: Final = 0.1
_STEPS: Final = (0.3, 0.8, 1.5, 2.3)
_TELLING: Final = 0.6
"""Share of the information that tells one value from all others, which a model number must have."""
_FEW: Final = 8
"""A model number that so many values have at most is never too common."""
_SHORTEST_PART: Final = 4


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
    most_fields=4,
)
def model_number(values: Compound, left: Longs, right: Longs) -> Compared:
    """Read from titles and columns of numbers. To share a number that many values have (`1080p`) tells nothing."""
    models: list[_Models] = values.feature("models", _models)
    pairs = [(models[a], models[b]) for a, b in zip(left.tolist(), right.tolist(), strict=True)]
    met = np.array([not a.every.isdisjoint(b.every) for a, b in pairs], dtype=bool)
    shared = np.array([not a.rare.isdisjoint(b.rare) for a, b in pairs], dtype=bool)
    levels = steps(
        shared | np.array([_begins(a.rare, b.rare) for a, b in pairs], dtype=bool),
        shared & np.array([a.rare <= b.rare or b.rare <= a.rare for a, b in pairs], dtype=bool),
    )
    known = np.array([bool(a.every) and bool(b.every) for a, b in pairs], dtype=bool)
    both_rare = np.array([bool(a.rare) and bool(b.rare) for a, b in pairs], dtype=bool)
    levels[~known | (met & ~shared & ~both_rare)] = -1
    return Compared(levels)


class _Models(NamedTuple):
    every: frozenset[str]
    rare: frozenset[str]


def _models(values: Compound) -> list[_Models]:
    found = [models_of(text) for text in values.texts]
    population = values.population
    held: Counts[str] = (
        Counter(model for each in found for model in each) if population is None else population.words(None).held
    )
    size = len(found) if population is None else population.values
    most = max(size ** (1 - _TELLING), _FEW)
    return [_Models(frozenset(each), frozenset(one for one in each if held.get(one, 1) <= most)) for each in found]


def _begins(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether a model number of one side begins or ends one of the other's: a colour or a maker's prefix is added."""
    return any(
        a.startswith(b) or b.startswith(a) or a.endswith(b) or b.endswith(a)
        for a in one
        for b in other
        if min(len(a), len(b)) >= _SHORTEST_PART
    )
