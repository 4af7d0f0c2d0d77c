"""A model in use learns anew from all verdicts, and is tried on verdicts that it did not learn from.

Verdicts are dealt into fifths. Each fifth is judged by weights learned from the other four, so that what is said of the
new weights is out of sample; the weights in use are tried on the same verdicts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from mdm.engine.matching.blocking import Pairs
from mdm.engine.matching.declaration import MatchModel, Thresholds
from mdm.engine.matching.expected import expected_at
from mdm.engine.matching.labels import Labels
from mdm.engine.matching.learning import learn
from mdm.engine.matching.prepared import Prepared
from mdm.engine.matching.questions import next_questions
from mdm.engine.matching.scoring import Outcome, outcomes, totals
from mdm.engine.matching.table import Bools, Bytes, Floats, Ints, Longs

FOLDS: Final = 5
_DOUBTFUL: Final = 200
"""Pairs looked at for each one that is chosen, the most doubtful first."""
_FURTHEST: Final = 60.0


class Trial(NamedTuple):
    """How scores stand to what people said of the same pairs. `shown` reach the review threshold, `certain` the
    automatic one; `loss` is the mean of -log2 of the probability given to what was said, in bits: 0 is foresight, 1 a
    coin's.
    """

    loss: float
    same_shown: int
    same_certain: int
    different_shown: int
    different_certain: int


class Relearned(NamedTuple):
    """The weights learned from all labels, starting from `bases[base]`, and the scores of each label's pair: under the
    model in use, and under weights that the label had no part in.
    """

    model: MatchModel
    base: int
    before: Floats
    after: Floats


def relearn(
    prepared: Prepared, in_use: MatchModel, bases: Sequence[MatchModel], labels: Labels, of: Longs
) -> Relearned:
    """Learn from the labels, whose rows are those of `prepared`, starting from whichever of `bases` (weights without
    these labels) foresees held-out labels best. `of[i]` numbers the decision that label i is part of: the labels of
    one decision stay in one fifth.
    """
    fold = (np.unique(of, return_inverse=True)[1] % FOLDS).astype(np.int8)
    tried = [_held_out(prepared, base, labels, fold) for base in bases]
    best = int(np.argmin([loss_of(scores, labels.same) for scores in tried]))
    return Relearned(learn(prepared, bases[best], labels), best, _scores(prepared, in_use, labels), tried[best])


def _held_out(prepared: Prepared, base: MatchModel, labels: Labels, fold: Bytes) -> Floats:
    found = np.zeros(len(labels.left))
    for number in range(FOLDS):
        aside = fold == number
        model = learn(prepared, base, labels.take(~aside))
        found[aside] = _scores(prepared, model, labels.take(aside))
    return found


def _scores(prepared: Prepared, model: MatchModel, labels: Labels) -> Floats:
    return totals(model, outcomes(prepared, model, labels.left, labels.right))


def loss_of(scores: Floats, same: Bools) -> float:
    """Bits per label: the mean of -log2 of the probability that the scores (in bits) give to what was said."""
    towards = np.clip(np.where(same, scores, -scores), -_FURTHEST, _FURTHEST)
    return float(np.logaddexp2(0.0, -towards).mean()) if len(scores) else 0.0


def trial_of(scores: Floats, same: Bools, thresholds: Thresholds) -> Trial:
    """How the scores stand to what was said."""
    shown, certain = scores >= thresholds.review, scores >= thresholds.auto
    return Trial(
        loss_of(scores, same),
        int((shown & same).sum()),
        int((certain & same).sum()),
        int((shown & ~same).sum()),
        int((certain & ~same).sum()),
    )


def most_telling(
    pairs: Pairs, found: Sequence[Outcome], scores: Floats, judged: Longs, order: Longs, count: int
) -> Longs:
    """Places of up to `count` pairs that nobody judged yet (`judged` are places, too) and whose verdict would teach
    most: of the most doubtful ones, no two of a kind. `order` sorts the rows by content.
    """
    near = np.argsort(np.abs(scores), kind="stable")[: _DOUBTFUL * count]
    near = np.sort(near[~np.isin(near, judged)])
    levels = np.stack([each.levels[near] for each in found], axis=1)
    nobody: Longs = np.zeros(0, dtype=np.int64)
    rank = np.argsort(order, kind="stable")
    return near[next_questions(pairs.left[near], pairs.right[near], scores[near], levels, nobody, count, rank)]


class Step(NamedTuple):
    """Of all pairs that were compared: how many reach the threshold, and what the new weights expect of theirs."""

    threshold: float
    before: int
    after: int
    precision: float
    recall: float


def steps_of(before: Floats, after: Floats, thresholds: Sequence[float]) -> list[Step]:
    """What is past each threshold (ascending, each once) under either score of the same pairs."""
    return [
        Step(each.threshold, int((before >= each.threshold).sum()), each.pairs, each.precision, each.recall)
        for each in expected_at(after, sorted(set(thresholds)))
    ]


def crossing(before: Floats, after: Floats, threshold: float, most: int) -> tuple[Ints, Ints]:
    """Places of up to `most` pairs each that reach the threshold only now, and that no longer do: the farthest moved
    first.
    """
    came = np.flatnonzero((before < threshold) & (after >= threshold))
    went = np.flatnonzero((before >= threshold) & (after < threshold))
    moved = after - before
    first, last = (
        places[np.argsort(sign * moved[places], kind="stable")][:most] for places, sign in ((came, -1), (went, 1))
    )
    return first.astype(np.int32), last.astype(np.int32)
