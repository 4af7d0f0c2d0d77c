"""How strongly each member of a group speaks for each other one: a table whose tint repeats its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mdm.web.moments import plain


@dataclass(frozen=True)
class ScoreCell:
    """One pair: `text` is its score, a dash where the two were never compared; `tint` runs from 0 to 4."""

    text: str
    tint: int
    weak: bool = False


@dataclass(frozen=True)
class ScoreRow:
    number: int
    label: str
    cells: Sequence[ScoreCell | None]
    """None on the diagonal and below it: each pair is said once."""


def score_matrix(
    labels: Sequence[str],
    scores: Mapping[tuple[int, int], float],
    *,
    review: float,
    auto: float,
    weak: frozenset[tuple[int, int]] = frozenset(),
) -> list[ScoreRow]:
    """One row per member, numbered from 1. `scores` and `weak` name pairs by places from 0, smaller first."""
    places = range(len(labels))
    return [
        ScoreRow(
            row + 1,
            labels[row],
            [_cell((row, column), scores, review, auto, weak) if column > row else None for column in places],
        )
        for row in places
    ]


def _cell(
    pair: tuple[int, int],
    scores: Mapping[tuple[int, int], float],
    review: float,
    auto: float,
    weak: frozenset[tuple[int, int]],
) -> ScoreCell:
    score = scores.get(pair)
    if score is None:
        return ScoreCell("—", 0)
    return ScoreCell(plain(score), _tint(score, review, auto), pair in weak)


def _tint(score: float, review: float, auto: float) -> int:
    """0 below review, then three steps on the way to auto, 4 from there."""
    if score < review:
        return 0
    if score >= auto:
        return 4
    return 1 + int(3 * (score - review) / max(auto - review, 1e-9))
