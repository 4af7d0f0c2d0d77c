"""What changed inside one value, character by character, escaped before it is tagged."""

from __future__ import annotations

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from rapidfuzz.distance import Levenshtein

SURVIVING_SHARE = 0.4


def marked(old: str, new: str) -> SafeString:
    """`old` turned into `new`: kept text plain, <del> and <ins> around the rest."""
    if old == new:
        return escape(new)
    pieces = _pieces(old, new)
    kept = sum(len(text) for sign, text in pieces if sign == "=")
    if kept < SURVIVING_SHARE * max(len(old), len(new)):
        pieces = [("-", old), ("+", new)]  # confetti tells nobody anything
    body = "".join(_tagged(sign, text) for sign, text in pieces if text)
    return format_html('<span class="hide">{} </span>{}', _("Changed:"), mark_safe(body))  # noqa: S308 - each piece escaped


def _pieces(old: str, new: str) -> list[tuple[str, str]]:
    """Edit operations with neighbours joined: the raw ones come one character at a time."""
    joined: list[tuple[str, str, str]] = []
    for code in Levenshtein.opcodes(old, new):
        before, after = old[code.src_start : code.src_end], new[code.dest_start : code.dest_end]
        same = code.tag == "equal"
        if joined and (joined[-1][0] == "=") == same:
            _, b, a = joined[-1]
            joined[-1] = (joined[-1][0], b + before, a + after)
        else:
            joined.append(("=" if same else "~", before, after))
    pieces: list[tuple[str, str]] = []
    for sign, before, after in joined:
        pieces += [("=", after)] if sign == "=" else [("-", before), ("+", after)]
    return pieces


def _tagged(sign: str, text: str) -> str:
    tag = {"+": "ins", "-": "del"}.get(sign)
    return f"<{tag}>{escape(text)}</{tag}>" if tag else str(escape(text))
