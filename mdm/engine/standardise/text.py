"""Plain text: one space between words, no invisible characters, composed."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from mdm.engine.standardise.registry import Binding, Problem, Standard, Standardiser, shown, standardiser

_MOJIBAKE: Final = re.compile(r"[ÃÂÐÅÄ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹Œ‘’“”•–—˜™š›œŸ]")
_REPLACED: Final = "\ufffd"


@standardiser("text")
def make_text(binding: Binding) -> Standardiser:
    def text(value: str, region: str) -> Standard:
        return Standard(clean(value), "", damage(value))

    return text


def clean(value: str) -> str:
    """Composed (NFC), single spaces, without control and invisible format characters."""
    if value.isascii() and value.isprintable():
        return value if "  " not in value and value[:1] != " " != value[-1:] else " ".join(value.split())
    text = unicodedata.normalize("NFC", value)
    if not text.isprintable():
        text = "".join(_visible(char) for char in text)
    return unicodedata.normalize("NFC", " ".join(text.split()))


def damage(value: str) -> Problem | None:
    """What went wrong with the text on its way: lost or doubly encoded characters, control characters."""
    if value.isascii():
        return None if value.isprintable() else _control(value)
    if _REPLACED in value:
        return _encoding(value, "has characters that were lost on the way")
    if _MOJIBAKE.search(value):
        return _encoding(value, "looks like UTF-8 read in another encoding")
    return None if value.isprintable() else _control(value)


def recased(text: str, written: str) -> str:
    """Return `written`, which is the text in other capitals, unless these alone make it look damaged: 0Ð¡ of 0ð¡."""
    return text if written != text and damage(written) and not damage(text) else written


def _encoding(value: str, what: str) -> Problem:
    return Problem("encoding_damage", f"{shown(value)} {what}.", "Export again as UTF-8 and send the value again.")


def _control(value: str) -> Problem | None:
    """Line breaks and tabs are only space; the other control characters are worth a look."""
    for char in value:
        if unicodedata.category(char) == "Cc" and char not in "\t\n\r\x85":
            message = f"{shown(value)} holds the control character U+{ord(char):04X}."
            return Problem("control_character", message, "Remove it in the source system.")
    return None


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if category in ("Cc", "Zl", "Zp"):
        return " "
    return "" if category == "Cf" and char not in "\u200c\u200d" else char
