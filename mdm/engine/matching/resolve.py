"""A whole table resolved: model, weights, scores, and one best partition of the records."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from mdm.engine.matching.asking import Ask, Compared, Tell, learn_by_asking
from mdm.engine.matching.blocking import Pairs, across_sources, candidates_of
from mdm.engine.matching.clustering import LOWEST, cluster
from mdm.engine.matching.comparators import COMPARATORS
from mdm.engine.matching.declaration import MatchModel
from mdm.engine.matching.expected import expected_f1
from mdm.engine.matching.labels import Labels
from mdm.engine.matching.linking import best_partners
from mdm.engine.matching.prepared import Prepared, prepared_for
from mdm.engine.matching.profile import Profile, profile
from mdm.engine.matching.proposal import propose_model
from mdm.engine.matching.scoring import Outcome, Scores, outcomes, probability_of
from mdm.engine.matching.table import Floats, Ints, Longs, Table
from mdm.engine.matching.training import agree, expectation, found_both_ways, look

NEEDS_LABELS: Final = "needs labels"
_LOWEST_OF_PERSONS: Final = -1.5
"""As `LOWEST`: records of persons go wrong in several fields at once, so one bad pair says less of the others."""
_THRESHOLDS: Final = (0.0, -0.15, -0.3, -0.45)
"""Of these the partition with the best expected F1 is taken, where verdicts have calibrated the bits: F1 is best where
pairs of less than even odds are linked, of p > F1 / 2 (Lipton, Elkan and Naryanaswamy 2014). Not below 0.42: what few
labels say of less likely pairs is not to be believed that far.
"""


@dataclass(frozen=True, eq=False)
class Resolution:
    """`refused` is empty, or says why nothing is certain without labels; `clusters` is the best partition all the same.

    `linked` are the places of the pairs that the partition rests on.
    """

    profile: Profile
    model: MatchModel
    pairs: Pairs
    scores: Scores
    bits: Floats
    """How sure each pair is: its score; or how it stands beside its rivals, where each record has one partner."""
    clusters: Ints
    linked: Longs
    labels: Labels
    refused: str

    @property
    def probability(self) -> Floats:
        """What the bits mean if the model is right: of pairs with 3 bits, eight in nine are matches."""
        return probability_of(self.bits)


def resolve(
    table: Table,
    model: MatchModel | None = None,
    *,
    labels: Labels | None = None,
    ask: Ask | None = None,
    budget: int = 0,
    distinct_sources: bool = False,
    tell: Tell = lambda what, share: None,
) -> Resolution:
    """Everything found out about the table; a model that is given keeps its weights unless there are labels.

    Raises: ModelError when no column can tell records apart.
    """
    tell("profile", 0.0)
    found = profile(table)
    trained = model is not None
    current = model or propose_model(found, distinct_sources=distinct_sources)
    if distinct_sources and not current.distinct_sources:
        current = replace(current, distinct_sources=True)
    prepared = prepared_for(table, current)
    tell("candidates", 0.1)
    pairs = candidates_of(prepared, current)
    tell("comparisons", 0.4)
    seen = outcomes(prepared, current, pairs.left, pairs.right)
    refused = ""
    if not trained and len(pairs):
        tell("weights", 0.6)
        current, refused = _unsupervised(prepared, pairs, current, seen)
    tell("scores", 0.7)
    compared, known = Compared(prepared, pairs, seen), (labels or Labels.of([])).once()
    current, scores, known = learn_by_asking(compared, current, known, ask, budget, tell)
    if len(known.left):
        refused = ""
    tell("clusters", 0.9)
    bits = compared.bits(current, scores)
    clusters, linked = _partition(prepared, current, pairs, scores, bits, calibrated=len(known.left) > 0)
    tell("done", 1.0)
    return Resolution(found, current, pairs, scores, bits, clusters, linked, known, refused)


def _unsupervised(prepared: Prepared, pairs: Pairs, model: MatchModel, found: list[Outcome]) -> tuple[MatchModel, str]:
    """Weights without labels, and why they cannot be trusted (empty: they can)."""
    seen = look(prepared, pairs, model, across_sources(prepared.table, model), found)
    trained = expectation(model, seen)
    one, other = found_both_ways(model, seen)
    if not agree(one, other):
        reason = (
            f"{NEEDS_LABELS}: two ways of estimating the weights expect {one:,.0f} and {other:,.0f} matches. "
            "Judge some pairs, and the weights are learned from them."
        )
        return replace(trained, notes=(NEEDS_LABELS,)), reason
    return trained, ""


def _partition(
    prepared: Prepared, model: MatchModel, pairs: Pairs, scores: Scores, bits: Floats, *, calibrated: bool
) -> tuple[Ints, Longs]:
    left, right, order = pairs.left, pairs.right, prepared.order
    if model.distinct_sources:
        chosen = np.flatnonzero(best_partners(left, right, scores.score, bits, order))
        clusters = np.arange(prepared.size, dtype=np.int32)
        clusters[right[chosen]] = left[chosen]
        return clusters, chosen
    persons = any(COMPARATORS[each.comparator].of_persons for each in model.comparisons[:1])
    lowest = _LOWEST_OF_PERSONS if persons else LOWEST
    found = [
        cluster(prepared.size, (left, right), scores.score, threshold, order=order, lowest=lowest)
        for threshold in (_THRESHOLDS if calibrated else _THRESHOLDS[:1])
    ]
    chances = probability_of(scores.score)
    clusters = max(found, key=lambda each: expected_f1(each, left, right, chances))
    return clusters, np.flatnonzero(clusters[left] == clusters[right])
