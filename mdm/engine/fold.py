"""Folded text: what two spellings of one thing have in common, for search keys and comparison.

Folding transliterates (anyascii), drops case, accents and punctuation, and joins dotted initials: `I.B.M.` -> `ibm`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from mdm.engine.legal_forms import split_legal_form
from mdm.engine.transliteration import TRANSLITERATION

MAX_KEY: Final = 200
_JOINING: Final = "'`’‘ʼ´"
_ASCII_SPACED: Final = {code: " " for code in range(128) if not chr(code).isalnum()} | {ord("'"): "", ord("`"): ""}
_LAST_LATIN: Final = "\u024f"
_INITIALS: Final = re.compile(r"\b\w(?: \w\b)+")
_EXPANSIONS: Final = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ø": "oe", "Ø": "Oe", "å": "aa", "Å": "Aa"}
)


def fold(text: str) -> str:
    """Lower-case ASCII words, one space apart; empty when nothing is left."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(TRANSLITERATION)
    return _words(text.lower().translate(_ASCII_SPACED))


def fold_script(text: str) -> str:
    """Like `fold`, in the script it is written in: `東京` stays `東京`."""
    composed = unicodedata.normalize("NFKC", text).casefold().translate(_UNQUOTED)
    return _words("".join(c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in composed))


def variants(text: str) -> tuple[str, ...]:
    """Every folded spelling a person may search this text by; the transliterated one comes first."""
    first = fold(text)
    if text.isascii():
        return (first[:MAX_KEY].rstrip(),) if first else ()
    composed = unicodedata.normalize("NFC", text)
    found = [first]
    expanded = composed.translate(_EXPANSIONS)
    if expanded != composed:
        found.append(fold(expanded))
    if max(composed) > _LAST_LATIN and any(char.isalpha() and not _is_latin(char) for char in composed):
        found.append(fold_script(composed))
    return tuple(dict.fromkeys(spelling[:MAX_KEY].rstrip() for spelling in found if spelling))


def name_keys(text: str) -> tuple[str, ...]:
    """The search keys of a name: its core without the legal form, folded; records and queries use the same."""
    return variants(split_legal_form(text).core)


def name_tokens(text: str) -> frozenset[str]:
    """Words that identify a name, in each of its spellings."""
    return frozenset(token for spelling in name_keys(text) for token in spelling.split())


def _words(text: str) -> str:
    words = " ".join(text.split())
    if " " not in words or not _INITIALS.search(words):
        return words
    return _INITIALS.sub(lambda initials: initials[0].replace(" ", ""), words)


@lru_cache(maxsize=4_096)
def _is_latin(char: str) -> bool:
    return unicodedata.name(char, "").startswith("LATIN")


_UNQUOTED: Final = {ord(char): None for char in _JOINING}
