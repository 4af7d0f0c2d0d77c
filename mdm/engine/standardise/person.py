"""Names of persons: capitals and small letters where a keyboard left only one kind of them."""

from __future__ import annotations

import re
from typing import Final

from mdm.engine.standardise.registry import Binding, Standard, Standardiser, standardiser
from mdm.engine.standardise.text import clean, damage, recased

_SMALL: Final = """von van vom zu zum zur der den de del della di da do dos das du la le ten ter af av el al bin ibn
y e und"""
_PARTICLES: Final = frozenset(_SMALL.split())
_WORD: Final = re.compile(r"[^\W\d_]+")
_APOSTROPHES: Final = {ord(char): "'" for char in "’‘`´ʼ"}


@standardiser("person_name")
def make_person_name(binding: Binding) -> Standardiser:
    def person_name(value: str, region: str) -> Standard:
        text = clean(value)
        if not text.isascii():
            text = text.translate(_APOSTROPHES)
        written = recased(text, capitalise(text))
        return Standard(written, written, damage(value))

    return person_name


def capitalise(name: str) -> str:
    """`MC-DONALD VAN DER BERG` -> `Mc-Donald van der Berg`; a name of mixed case is left alone."""
    if len(name) < 3 or not (name.isupper() or name.islower()):
        return name
    words = _WORD.findall(name)
    if not words:
        return name
    last = words[-1]
    written = _WORD.sub(lambda word: _capital(word[0], last), name)
    return written if written.lower() == name.lower() else name


def _capital(word: str, last: str) -> str:
    lower = word.lower()
    if lower in _PARTICLES and word != last:
        return lower
    if lower.startswith("mc") and len(lower) > 3:
        return f"Mc{lower[2:].capitalize()}"
    return lower.capitalize()
