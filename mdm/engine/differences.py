"""Where two texts differ, character by character: what is kept, what only one of them has."""

from __future__ import annotations

from typing import Final, Literal

from rapidfuzz.distance import Levenshtein

Sign = Literal["=", "-", "+"]
Piece = tuple[Sign, str]
SURVIVING_SHARE: Final = 0.4


def pieces(old: str, new: str) -> list[Piece]:
    """Return `old` turned into `new`: kept text, text that only `old` has, text that only `new` has, in reading order.

    Neighbouring edits are one; where less than 40 % of the longer text survives, the whole value counts as changed.
    """
    if old == new:
        return [("=", new)] if new else []
    found = _joined(old, new)
    kept = sum(len(text) for sign, text in found if sign == "=")
    if kept < SURVIVING_SHARE * max(len(old), len(new)):
        found = [("-", old), ("+", new)]  # confetti tells nobody anything
    return [piece for piece in found if piece[1]]


def _joined(old: str, new: str) -> list[Piece]:
    """Edit operations with neighbours joined: the raw ones come one character at a time."""
    runs: list[tuple[bool, str, str]] = []
    for code in Levenshtein.opcodes(old, new):
        before, after = old[code.src_start : code.src_end], new[code.dest_start : code.dest_end]
        same = code.tag == "equal"
        if runs and runs[-1][0] == same:
            _, b, a = runs[-1]
            runs[-1] = (same, b + before, a + after)
        else:
            runs.append((same, before, after))
    found: list[Piece] = []
    for same, before, after in runs:
        found += [("=", after)] if same else [("-", before), ("+", after)]
    return found
