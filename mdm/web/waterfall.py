"""Why a score is what it is: from the prior, step by step, to the score; every step on one axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString

from mdm.web.moments import plain, signed

CLOSE = 1e-6


@dataclass(frozen=True)
class Step:
    """One addend of a score, in bits: the prior, a comparison, or a correction for a frequent value."""

    label: str
    bits: float
    sentence: str = ""
    word: str = ""


@dataclass(frozen=True)
class Bar:
    """A step as it is drawn. `shown` are its bits with one decimal; those of all bars add up to the shown score."""

    label: str
    sentence: str
    word: str
    shown: float
    drawing: SafeString
    total: bool = False

    @property
    def number(self) -> str:
        return plain(self.shown) if self.total else signed(self.shown)


def waterfall(steps: Sequence[Step], score: float) -> list[Bar]:
    """The steps and, last, their sum; nothing when they do not add up: a picture must not pretend that they do."""
    if not steps or not math.isclose(sum(step.bits for step in steps), score, abs_tol=CLOSE, rel_tol=CLOSE):
        return []
    shown = tenths([step.bits for step in steps], score)
    ends = [0.0]
    for bits in shown:
        ends.append(round(ends[-1] + bits, 1))
    low, high = min(ends), max(*ends, min(ends) + 1)
    bars = [
        Bar(step.label, step.sentence, step.word, bits, _step(start, start + bits, low, high))
        for step, bits, start in zip(steps, shown, ends, strict=False)
    ]
    return [*bars, Bar("", "", "", ends[-1], _step(0, ends[-1], low, high, "total"), total=True)]


def tenths(parts: Sequence[float], whole: float) -> list[float]:
    """Each part with one decimal, adding up to the whole with one decimal: the largest remainders give way."""
    floors = [math.floor(part * 10) for part in parts]
    missing = round(whole * 10) - sum(floors)
    by_remainder = sorted(range(len(parts)), key=lambda place: (floors[place] - parts[place] * 10, place))
    for place in by_remainder[: max(0, missing)]:
        floors[place] += 1
    return [floor / 10 for floor in floors]


def _step(start: float, end: float, low: float, high: float, kind: str = "") -> SafeString:
    """Stretched to the width of its column; the thin lines lead the eye to the next step and to nought."""
    scale = 100 / (high - low)
    left, right = (min(start, end) - low) * scale, (max(start, end) - low) * scale
    return format_html(
        '<svg class="fall" viewBox="0 0 100 24" preserveAspectRatio="none" aria-hidden="true">'
        '<line class="axis" x1="{0}" x2="{0}" y1="0" y2="24"></line>'
        '<rect class="{1}" x="{2}" y="5" width="{3}" height="14"></rect>'
        '<line class="lead" x1="{4}" x2="{4}" y1="{5}" y2="24"></line></svg>',
        round(-low * scale, 2),
        kind or ("plus" if end >= start else "minus"),
        round(left, 2),
        round(max(right - left, 0.3), 2),
        round((end - low) * scale, 2),
        24 if kind else 12,
    )
