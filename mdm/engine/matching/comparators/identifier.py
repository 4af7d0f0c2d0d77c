"""Identifiers: equal ones are strong evidence for, valid ones that differ strong evidence against.

A value may name its scheme, `eu_vat:DE811128135`. Numbers of different schemes tell nothing of each other unless their
digits are the same. Where the check digit shows one of two numbers to be wrong, a slip is the likelier story.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import import_module
from typing import Any, Final

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist
from stdnum.exceptions import ValidationError

from mdm.engine.matching.comparators.plain import steps
from mdm.engine.matching.comparators.registry import Compared, LevelSpec, comparator
from mdm.engine.matching.prepared import Compound
from mdm.engine.matching.table import Longs

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
    read = values.feature("numbers", lambda each: [_split(text) for text in each.texts])
    ones, others = [read[at] for at in left.tolist()], [read[at] for at in right.tolist()]
    bare = [a[1] for a in ones], [b[1] for b in others]
    apart = cpdist(*bare, scorer=OSA.distance, dtype=np.uint8)
    pairs = list(zip(ones, others, strict=True))
    slip = np.array([min(len(a[1]), len(b[1])) > 4 and not (a[2] and b[2]) for a, b in pairs], dtype=bool)
    within = np.array([min(len(a[1]), len(b[1])) > 5 and (a[1] in b[1] or b[1] in a[1]) for a, b in pairs], dtype=bool)
    unsure = np.array([not (a[2] and b[2]) for a, b in pairs], dtype=bool)
    levels = steps(unsure, (apart <= 1) & slip, within & (apart > 0), apart == 0)
    foreign = np.array([a[0] != b[0] for a, b in pairs], dtype=bool)
    levels[foreign & (levels < 3)] = -1
    return Compared(levels)


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
