"""What changed inside one value, character by character, escaped before it is tagged."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from mdm.engine.differences import Piece, Sign, pieces

TAGS = {"+": "ins", "-": "del"}
SIGNS: dict[str, Sign] = {"same": "=", "added": "+", "removed": "-"}


def marked(old: str, new: str) -> SafeString:
    """`old` turned into `new`: kept text plain, <del> and <ins> around the rest."""
    if old == new:
        return escape(new)
    return _changed(pieces(old, new))


def segments(told: Sequence[tuple[str, str]]) -> SafeString:
    """Pieces as the stewardship queries name them (same, added, removed): the value beside its anchor."""
    found: list[Piece] = [(SIGNS[op], text) for op, text in told]
    return _changed([piece for place, piece in enumerate(found) if not _replaced(found, place)])


def apart(value: str) -> SafeString:
    """A value that has so little in common with its anchor that all of it is marked."""
    return _changed([("+", value)])


def plain(value: str) -> SafeString:
    """A value without any mark."""
    return escape(value)


def _replaced(found: Sequence[Piece], place: int) -> bool:
    return found[place][0] == "-" and place + 1 < len(found) and found[place + 1][0] == "+"


def _changed(found: Sequence[Piece]) -> SafeString:
    body = "".join(_tagged(sign, text) for sign, text in found)
    return format_html('<span class="hide">{} </span>{}', _("Changed:"), mark_safe(body))  # noqa: S308 - each piece escaped


def _tagged(sign: str, text: str) -> str:
    tag = TAGS.get(sign)
    return f"<{tag}>{escape(text)}</{tag}>" if tag else str(escape(text))
