"""Names of organisations: their words weighed by rarity, abbreviations read, the legal form as a matter of its own."""

from __future__ import annotations

from typing import Final

import numpy as np
from rapidfuzz.fuzz import ratio
from rapidfuzz.process import cpdist

from mdm.engine.matching.comparators.plain import gather, steps
from mdm.engine.matching.comparators.registry import Compared, LevelSpec, comparator
from mdm.engine.matching.prepared import Compound
from mdm.engine.matching.table import Bools, Floats, Longs
from mdm.engine.matching.tokens import Overlap, words_of_part

_LACKING: Final = 0.7
_ADDED: Final = 0.2
_ALIKE: Final = 84
_STEPS: Final = (0.25, 0.45, 0.65, 0.85, 1.05)
_WITHIN: Final = 0.5


@comparator(
    "organisation_name",
    LevelSpec("differs", "another name", 0.03, 0.985),
    LevelSpec("word", "shares a telling word", 0.05, 0.012),
    LevelSpec("partly", "shares some telling words", 0.07, 0.002),
    LevelSpec("contained", "shares most of the telling words", 0.1, 0.0005),
    LevelSpec("similar", "the same telling words", 0.13, 0.0003),
    LevelSpec("close", "nearly equal", 0.17, 0.0001),
    LevelSpec("form", "equal, with another legal form", 0.1, 0.00006),
    LevelSpec("equal", "equal", 0.35, 0.00004),
    most_fields=2,
    identity=True,
    by_words=True,
    by_trade=True,
)
def organisation_name(values: Compound, left: Longs, right: Longs) -> Compared:
    """Fields: the name without its legal form, and the legal form (may be left out)."""
    words = words_of_part(values, 0)
    typed = spelled_alike(values, left, right)
    told = _told(words.overlap(left, right), typed) / words.scale
    core = values.part_codes[:, 0]
    same = core[left] == core[right]
    other_form = _other_form(values, left, right)
    levels = steps(
        *(told >= step for step in _STEPS[:-1]),
        (told >= _STEPS[-1]) | ((typed >= 94) & (told >= 0.5)),
        same & other_form,
        same & ~other_form,
    )
    return Compared(levels, np.where(levels < len(_STEPS), within_level(told, _STEPS, words.scale), 0.0))


def within_level(told: Floats, levels: tuple[float, ...], scale: float) -> Floats:
    """Bits by which what is shared exceeds the middle of its level, in part: a level is not all of one kind."""
    edges = np.array([levels[0] - (levels[1] - levels[0]), *levels, levels[-1] + 0.5])
    at = np.clip(np.searchsorted(edges, told, side="right") - 1, 0, len(edges) - 2)
    middle = (edges[at] + edges[at + 1]) / 2
    return np.asarray(_WITHIN * scale * np.clip(told - middle, -0.5, 0.5))


def _told(found: Overlap, typed: Floats) -> Floats:
    """Bits that speak for the same name; a name that is spelled alike shares its words even where none is equal."""
    alike = np.where(typed >= _ALIKE, (typed / 100) ** 3, 0.0)
    shared = np.maximum(found.shared, alike * np.minimum(found.left, found.right))
    return found._replace(shared=shared).evidence(_LACKING, _ADDED)


def spelled_alike(values: Compound, left: Longs, right: Longs) -> Floats:
    """0 to 100: likeness of the letters, whatever the order of the words and wherever the spaces stand."""
    ordered = values.feature("ordered", lambda each: [" ".join(sorted(text.split())) for text in each.texts_of(0)])
    joined = values.feature("joined", lambda each: [text.replace(" ", "") for text in each.texts_of(0)])
    by_words = cpdist(gather(ordered, left), gather(ordered, right), scorer=ratio, dtype=np.float64)
    by_letters = cpdist(gather(joined, left), gather(joined, right), scorer=ratio, dtype=np.float64)
    return np.asarray(np.maximum(by_words, by_letters))


def _other_form(values: Compound, left: Longs, right: Longs) -> Bools:
    if values.part_codes.shape[1] < 2:
        return np.zeros(len(left), dtype=bool)
    form = values.part_codes[:, 1]
    return np.asarray((form[left] >= 0) & (form[right] >= 0) & (form[left] != form[right]))
