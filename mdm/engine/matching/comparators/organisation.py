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
from mdm.engine.matching.tokens import Overlap, Words, words_of_part

_RAREST: Final = 4.0
_COMMONEST: Final = -6.0


@comparator(
    "organisation_name",
    LevelSpec("differs", "another name", 0.03, 0.985),
    LevelSpec("word", "shares a telling word only", 0.05, 0.012),
    LevelSpec("partly", "shares part of the words", 0.07, 0.002),
    LevelSpec("contained", "is part of the other name", 0.1, 0.0005),
    LevelSpec("similar", "nearly the same words", 0.13, 0.0003),
    LevelSpec("close", "the same but for the spelling", 0.17, 0.0001),
    LevelSpec("form", "equal, with another legal form", 0.1, 0.00006),
    LevelSpec("equal", "equal", 0.35, 0.00004),
    most_fields=2,
    identity=True,
    by_words=True,
)
def organisation_name(values: Compound, left: Longs, right: Longs) -> Compared:
    """Fields: the name without its legal form, and the legal form (may be left out)."""
    words = words_of_part(values, 0)
    found = words.overlap(left, right)
    typed = spelled_alike(values, left, right)
    core = values.part_codes[:, 0]
    same = core[left] == core[right]
    other_form = _other_form(values, left, right)
    share = found.jaccard
    few = (words.lengths[left] < 2) | (words.lengths[right] < 2)
    levels = steps(
        (found.contained >= 0.4) | (typed >= 75),
        (share >= 0.45) | ((found.contained >= 0.7) & ~few),
        (found.contained >= 0.85) & ~few,
        (share >= 0.75) | (typed >= 88),
        (share >= 0.9) | (typed >= 94),
        same & other_form,
        same & ~other_form,
    )
    return Compared(levels, rarity_of(words, found, np.where(typed >= 88, np.maximum(share, typed / 100), share)))


def spelled_alike(values: Compound, left: Longs, right: Longs) -> Floats:
    """0 to 100: likeness of the letters, whatever the order of the words and wherever the spaces stand."""
    ordered = values.feature("ordered", lambda each: [" ".join(sorted(text.split())) for text in each.texts_of(0)])
    joined = values.feature("joined", lambda each: [text.replace(" ", "") for text in each.texts_of(0)])
    by_words = cpdist(gather(ordered, left), gather(ordered, right), scorer=ratio, dtype=np.float64)
    by_letters = cpdist(gather(joined, left), gather(joined, right), scorer=ratio, dtype=np.float64)
    return np.asarray(np.maximum(by_words, by_letters))


def rarity_of(words: Words, found: Overlap, share: Floats) -> Floats:
    """Bits that the shared words carry more than those of a usual value do."""
    shared = np.maximum(found.shared, share * np.minimum(found.left, found.right))
    return np.clip(shared - words.usual, _COMMONEST, _RAREST)


def _other_form(values: Compound, left: Longs, right: Longs) -> Bools:
    if values.part_codes.shape[1] < 2:
        return np.zeros(len(left), dtype=bool)
    form = values.part_codes[:, 1]
    return np.asarray((form[left] >= 0) & (form[right] >= 0) & (form[left] != form[right]))
