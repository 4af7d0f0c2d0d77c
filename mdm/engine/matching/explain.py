"""Why a pair scores as it does, why it is not merged by itself, and what would change that: in plain sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from mdm.engine.matching.declaration import Comparison, MatchModel
from mdm.engine.matching.nearest import what_would_change_it
from mdm.engine.matching.prepared import Statistics, prepared_for
from mdm.engine.matching.scoring import Scores, add_up, outcomes
from mdm.engine.matching.table import Table

_TELLING: Final = 1.0
_MOST_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Bar:
    """One part of the score. `level` is empty for a bar of rarity or of an interaction."""

    name: str
    label: str
    level: str
    level_label: str
    bits: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """`prior` and the bits of the bars add up to `total` exactly."""

    bars: tuple[Bar, ...]
    prior: float
    total: float
    why: str
    why_not_automatic: str
    """Empty when the score reaches the automatic threshold."""
    what_would_change_it: str
    """The nearest change of one field that takes the pair across a threshold; empty when there is none."""


def explain(
    table: Table, left: int, right: int, model: MatchModel, statistics: Statistics | None = None
) -> Explanation:
    """Everything about the pair of rows. `statistics` say how common values are, when the table is only an excerpt."""
    prepared = prepared_for(table, model, statistics)
    found = add_up(model, outcomes(prepared, model, np.array([left]), np.array([right])))
    bars = bars_of(model, found, 0)
    total = float(found.score[0])
    return Explanation(
        bars=bars,
        prior=found.prior,
        total=total,
        why=why(model, bars),
        why_not_automatic=why_not_automatic(model, bars, total),
        what_would_change_it=what_would_change_it(model, found, 0),
    )


def bars_of(model: MatchModel, scores: Scores, row: int) -> tuple[Bar, ...]:
    """The bars of one scored pair, in the order of `model.bars`."""
    bits = scores.contributions[row].tolist()
    bars = [
        _level_bar(comparison, int(level), bit)
        for comparison, level, bit in zip(model.comparisons, scores.levels[row].tolist(), bits, strict=False)
    ]
    at = len(bars)
    for comparison in model.comparisons:
        if comparison.rarity:
            bars.append(_rarity_bar(comparison, bits[at]))
            at += 1
    for interaction in model.interactions:
        sentence = f"{interaction.label}: {_likelier(bits[at])}." if bits[at] else ""
        bars.append(Bar(interaction.name, interaction.label, "", "", bits[at], sentence))
        at += 1
    return tuple(bars)


def why(model: MatchModel, bars: tuple[Bar, ...]) -> str:
    """One sentence: what speaks for the pair, then what speaks against it."""
    shown = [bar for bar in bars if bar.level_label and abs(bar.bits) >= _TELLING]
    strong = sorted(shown, key=lambda bar: -abs(bar.bits))
    told = [bar for bar in strong if bar.bits > 0][:_MOST_NAMED] + [bar for bar in strong if bar.bits < 0][:_MOST_NAMED]
    if not told:
        return "Nothing that can be compared tells much."
    sentence = ", ".join(f"{bar.label} {bar.level_label}" for bar in told)
    return f"{sentence}."


def why_not_automatic(model: MatchModel, bars: tuple[Bar, ...], total: float) -> str:
    """Return why the pair does not count as certain, in a sentence; empty when it does."""
    auto = model.thresholds.auto
    if total >= auto:
        return ""
    lacking = f"The score of {total:.1f} bits is below the {auto:.1f} that count as certain"
    against = sorted((bar for bar in bars if bar.bits <= -_TELLING), key=lambda bar: bar.bits)
    if against:
        worst = against[0]
        return (
            f"{lacking}; most speaks against it: {worst.label} {worst.level_label or 'is common'} ({worst.bits:+.1f})."
        )
    missing = [bar.label for bar in bars if bar.level == "missing"]
    return f"{lacking}; nothing contradicts it, but {', '.join(missing)} is missing." if missing else f"{lacking}."


def _level_bar(comparison: Comparison, level: int, bits: float) -> Bar:
    if level < 0:
        sentence = f"{comparison.label} is missing on one side: it tells nothing."
        return Bar(comparison.name, comparison.label, "missing", "", 0.0, sentence)
    found = comparison.levels[level]
    sentence = f"{comparison.label} {found.label}: {_likelier(bits)}."
    return Bar(comparison.name, comparison.label, found.name, found.label, bits, sentence)


def _rarity_bar(comparison: Comparison, bits: float) -> Bar:
    label = f"{comparison.label}: how rare"
    if not bits:
        return Bar(f"{comparison.name} rarity", label, "", "", bits, "")
    kind = "rarer than usual" if bits > 0 else "common"
    sentence = f"{comparison.label}: what agrees is {kind}, {_likelier(bits)}."
    return Bar(f"{comparison.name} rarity", label, "", "", bits, sentence)


def _likelier(bits: float) -> str:
    times = 2 ** abs(bits)
    number = f"{times:,.0f}" if times >= 10 else f"{times:.1f}"
    if times < 1.05:
        return "as likely among true matches as among others"
    return f"about {number} times likelier among {'true matches' if bits > 0 else 'pairs that are not the same'}"
