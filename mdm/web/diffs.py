"""What changed inside one value, character by character, escaped before it is tagged."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from mdm.engine.differences import Piece, pieces

TAGS = {"+": "ins", "-": "del"}
UNSEEN = "•"


def marked(old: str, new: str) -> SafeString:
    """`old` turned into `new`: kept text plain, <del> and <ins> around the rest."""
    if old == new:
        return escape(new)
    return _changed(pieces(old, new))


def beside(base: str, value: str) -> SafeString:
    """`value` as it is, marked where it differs from `base` that stands in another column.

    Text that only `base` has is struck where nothing took its place; text that was replaced is not repeated.
    """
    if base == value or not base:
        return escape(value)
    found = pieces(base, value)
    return _changed([piece for place, piece in enumerate(found) if not _replaced(found, place)])


def shape(value: str) -> str:
    """`value` with every letter and digit hidden: what remains says how it is built, not what it is."""
    return "".join(UNSEEN if character.isalnum() else character for character in value)


def hidden(found: Sequence[Piece]) -> SafeString:
    """A difference between two values that the reader may not see: only which characters differ."""
    return _changed([(sign, shape(text)) for sign, text in found])


def _replaced(found: Sequence[Piece], place: int) -> bool:
    return found[place][0] == "-" and place + 1 < len(found) and found[place + 1][0] == "+"


def _changed(found: Sequence[Piece]) -> SafeString:
    body = "".join(_tagged(sign, text) for sign, text in found)
    return format_html('<span class="hide">{} </span>{}', _("Changed:"), mark_safe(body))  # noqa: S308 - each piece escaped


def _tagged(sign: str, text: str) -> str:
    tag = TAGS.get(sign)
    return f"<{tag}>{escape(text)}</{tag}>" if tag else str(escape(text))
