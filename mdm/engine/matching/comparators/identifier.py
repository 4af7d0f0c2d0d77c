"""Identifiers: equal ones are strong evidence for, valid ones that differ strong evidence against.

A value may name its scheme, `eu_vat:DE811128135`. Numbers of different schemes tell nothing of each other unless their
digits are the same. Where the check digit shows one of two numbers to be wrong, a slip is the likelier story.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import import_module
from typing import Any, Final, NamedTuple

import numpy as np
from rapidfuzz.distance import OSA
from stdnum.exceptions import ValidationError

from mdm.engine.matching.comparators.once import Texts
from mdm.engine.matching.comparators.plain import steps
from mdm.engine.matching.comparators.registry import Compared, LevelSpec, comparator
from mdm.engine.matching.prepared import Compound
from mdm.engine.matching.table import Bools, Ints, Longs

_MODULES: Final = {
    "at_fn": "at.businessid",
    "de_hr": "de.handelsregisternummer",
    "de_ust": "de.vat",
    "ean": "ean",
    "gln": "ean",
    "gtin": "ean",
    "iban": "iban",
    "isin": "isin",
    "lei": "lei",
}
_LONGEST_COUNTRY: Final = 2
_SHORTEST_SLIP: Final = 4
_SHORTEST_PART: Final = 5
"""Shorter numbers are one slip apart, or part of each other, by chance."""


@comparator(
    "identifier",
    LevelSpec("conflict", "another number, and both pass their check", 0.002, 0.5),
    LevelSpec("differs", "another number", 0.03, 0.4979),
    LevelSpec("typo", "one slip apart", 0.05, 0.001),
    LevelSpec("contained", "one number is part of the other", 0.03, 0.001),
    LevelSpec("equal", "the same number", 0.9, 0.0001),
    identity=True,
)
def identifier(values: Compound, left: Longs, right: Longs) -> Compared:
    read: _Numbers = values.feature("numbers", _numbers)
    unsure = ~(read.valid[left] & read.valid[right])
    shorter = np.minimum(read.lengths[left], read.lengths[right])
    apart = read.bare.likeness(left, right, OSA.distance, dtype=np.int32)
    # Of two different numbers of one length, neither is part of the other.
    maybe = np.flatnonzero((shorter > _SHORTEST_PART) & (read.lengths[left] != read.lengths[right]))
    ones, others = (read.bare.codes[side[maybe]].tolist() for side in (left, right))
    texts = read.bare.values
    within = np.zeros(len(left), dtype=bool)
    within[maybe] = [texts[a] in texts[b] or texts[b] in texts[a] for a, b in zip(ones, others, strict=True)]
    levels = steps(unsure, (apart <= 1) & (shorter > _SHORTEST_SLIP) & unsure, within, apart == 0)
    foreign = read.schemes[left] != read.schemes[right]
    levels[foreign & (levels < 3)] = -1
    return Compared(levels)


class _Numbers(NamedTuple):
    """Of each value: its scheme, its number, how long that is, whether its check digit shows it to be right."""

    schemes: Ints
    bare: Texts
    lengths: Longs
    valid: Bools


def _numbers(values: Compound) -> _Numbers:
    read = [_split(text) for text in values.texts]
    return _Numbers(
        Texts([scheme for scheme, _, _ in read]).codes,
        Texts([number for _, number, _ in read]),
        np.array([len(number) for _, number, _ in read], dtype=np.int64),
        np.array([right for _, _, right in read], dtype=bool),
    )


def _split(text: str) -> tuple[str, str, bool]:
    """(scheme or empty, number, whether its check digit shows it to be right)."""
    scheme, _, number = text.rpartition(":")
    return scheme, number, valid(scheme, number)


@lru_cache(maxsize=1 << 16)
def valid(scheme: str, number: str) -> bool:
    """Whether the number passes the check of its scheme; a scheme that is not known vouches for nothing."""
    module = _module(scheme)
    if module is None:
        return False
    try:
        module.validate(number)
    except (ValidationError, ValueError, IndexError, KeyError, TypeError):
        return False
    return True


@cache
def _module(scheme: str) -> Any:
    """The python-stdnum module of a scheme such as `eu_vat`; None where there is none."""
    country, _, kind = scheme.partition("_")
    name = _MODULES.get(scheme) or (f"{country}.{kind}" if len(country) == _LONGEST_COUNTRY and kind else "")
    if not name:
        return None
    try:
        return import_module(f"stdnum.{name.replace('in.', 'in_.') if name.startswith('in.') else name}")
    except ImportError:
        return None
