"""What would change it: the nearest change of one field that takes a pair across a threshold, in a sentence."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mdm.engine.matching.declaration import MatchModel
from mdm.engine.matching.scoring import Scores, exact, interaction_bits


def what_would_change_it(model: MatchModel, scores: Scores, row: int) -> str:
    """Return the sentence for one scored pair; empty where no single change does it.

    A changed field takes its rarity and its interactions with it: how rare the new value would be nobody knows.
    """
    total = float(scores.score[row])
    best: tuple[float, str] | None = None
    for what, moved in _changes(model, scores, row):
        for threshold, reached, lost in (
            (model.thresholds.auto, "count as certain", "no longer count as certain"),
            (model.thresholds.review, "be shown for review", "no longer be shown for review"),
        ):
            distance = abs(moved - total)
            if (moved >= threshold) != (total >= threshold) and (best is None or distance < best[0]):
                outcome = reached if moved >= threshold else lost
                best = (distance, f"If {what}, the pair would {outcome} ({moved:.1f} bits).")
    return best[1] if best else ""


def _changes(model: MatchModel, scores: Scores, row: int) -> Iterator[tuple[str, float]]:
    """Every other level that one comparison could have found, and the score with it."""
    levels, bits = scores.levels[row], scores.contributions[row]
    rare = [number for number, each in enumerate(model.comparisons) if each.rarity]
    mixed = _interacting(model, levels)
    for at, comparison in enumerate(model.comparisons):
        without = float(scores.score[row] - bits[at])
        if comparison.rarity:
            without -= float(bits[len(model.comparisons) + rare.index(at)])
        for number, level in enumerate(comparison.levels):
            if number == levels[at]:
                continue
            other = levels.copy()
            other[at] = number
            moved = without - mixed + _interacting(model, other) + float(exact(np.array(level.bits)))
            yield f"{comparison.label} were {level.label}", moved


def _interacting(model: MatchModel, levels: np.ndarray) -> float:
    return sum(float(interaction_bits(model, each, levels[np.newaxis])[0]) for each in model.interactions)
