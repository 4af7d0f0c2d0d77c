"""Learning while asking: each batch of answers moves the weights, and the weights choose what is asked next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from mdm.engine.matching.blocking import Pairs
from mdm.engine.matching.clustering import assign_one_to_one
from mdm.engine.matching.declaration import MatchModel, Partners
from mdm.engine.matching.labels import Labels
from mdm.engine.matching.learning import in_order, learn
from mdm.engine.matching.linking import Beside, leads, learn_partners
from mdm.engine.matching.prepared import Prepared
from mdm.engine.matching.questions import next_questions
from mdm.engine.matching.scoring import Outcome, Scores, add_up
from mdm.engine.matching.table import Floats, Longs

Ask = Callable[[Sequence[tuple[int, int]]], Sequence[bool]]
"""Rows of the pairs to judge -> the answers; fewer answers than pairs mean that there will be no more."""
Tell = Callable[[str, float], None]
"""(what is being done, share of the whole)."""
_BATCH: Final = 20
_FOLDS: Final = 5


class Compared(NamedTuple):
    """The candidate pairs and what each comparison found of them."""

    prepared: Prepared
    pairs: Pairs
    seen: list[Outcome]

    def bits(self, model: MatchModel, scores: Scores) -> Floats:
        """How sure each pair is: its score; or how it stands beside its rivals, where each record has one partner."""
        if not model.distinct_sources:
            return scores.score
        return self.beside(scores.score).bits(model.partners)

    def beside(self, scores: Floats) -> Beside:
        return Beside(scores, leads(self.pairs.left, self.pairs.right, scores, self.prepared.size))

    def places_of(self, known: Labels) -> tuple[Longs, Longs]:
        """Where labels are among the pairs: (places of the labels, places of the pairs)."""
        size = self.prepared.size
        keys = self.pairs.left.astype(np.int64) * size + self.pairs.right
        wanted = np.minimum(known.left, known.right) * size + np.maximum(known.left, known.right)
        _, of_labels, of_pairs = np.intersect1d(wanted, keys, return_indices=True)
        return of_labels.astype(np.int64), of_pairs.astype(np.int64)


def learned(compared: Compared, unlearned: MatchModel, known: Labels) -> tuple[MatchModel, Scores]:
    """The weights without labels fitted once to all labels, and the scores they give."""
    model = learn(compared.prepared, unlearned, known)
    scores = add_up(model, compared.seen)
    if model.distinct_sources and len(known.left):
        model = replace(model, partners=_partners(compared, unlearned, known, scores.score))
    return model, scores


def learn_by_asking(
    compared: Compared, unlearned: MatchModel, known: Labels, ask: Ask | None, budget: int, tell: Tell
) -> tuple[MatchModel, Scores, Labels]:
    """As `learned`; where there is someone to ask, with up to `budget` labels more."""
    pairs, rank = compared.pairs, np.argsort(compared.prepared.order, kind="stable")
    model, scores = learned(compared, unlearned, known)
    judged, left = compared.places_of(known)[1], budget
    while ask is not None and left > 0:
        bits = compared.bits(model, scores)
        chosen = next_questions(pairs.left, pairs.right, bits, scores.levels, judged, min(_BATCH, left), rank)
        questions = _questions(pairs, chosen, rank)
        answers = list(ask(questions)) if questions else []
        if answers:
            known = known.and_also(questions[: len(answers)], answers)
            judged = np.concatenate((judged, chosen[: len(answers)]))
            model, scores = learned(compared, unlearned, known)
        left -= len(answers)
        tell(f"{budget - left} answers", 0.7 + 0.2 * (budget - left) / budget)
        if len(answers) < len(questions) or not questions:
            break
    return model, scores, known


def _questions(pairs: Pairs, chosen: Longs, rank: Longs) -> list[tuple[int, int]]:
    """The rows of each chosen pair, the one whose content comes first standing left."""
    one, other = pairs.left[chosen], pairs.right[chosen]
    turned = rank[one] > rank[other]
    return list(zip(np.where(turned, other, one).tolist(), np.where(turned, one, other).tolist(), strict=True))


def _partners(compared: Compared, unlearned: MatchModel, known: Labels, scores: Floats) -> Partners:
    """What score and lead are worth, told by scores of pairs whose own verdict did not make them."""
    known = in_order(compared.prepared, known)
    fold = np.arange(len(known.left)) % _FOLDS
    told: list[tuple[Floats, Floats, np.ndarray]] = []
    for number in range(_FOLDS):
        model = learn(compared.prepared, unlearned, known.take(fold != number))
        beside = compared.beside(add_up(model, compared.seen).score)
        aside = known.take(fold == number)
        at, places = compared.places_of(aside)
        told.append((beside.score[places], beside.lead[places], aside.same[at]))
    score, lead, same = (np.concatenate(each) for each in zip(*told, strict=True))
    linked = assign_one_to_one(compared.pairs.left, compared.pairs.right, scores, -np.inf, compared.prepared.order)
    every = compared.beside(scores)
    return learn_partners(Beside(score, lead), same, Beside(every.score[linked], every.lead[linked]))
