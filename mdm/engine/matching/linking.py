"""One-to-one links between sources that are each free of duplicates.

Where each thing has one partner at most, a clear lead over whatever else two records could be paired with is evidence
of its own, and a close rival speaks against. How much either is worth is learned from verdicts.
"""

from __future__ import annotations

from dataclasses import astuple
from typing import Final, NamedTuple

import numpy as np

from mdm.engine.matching.clustering import assign_one_to_one
from mdm.engine.matching.declaration import Partners
from mdm.engine.matching.table import Bools, Floats, Ints, Longs

_MOST_LEAD: Final = 8.0
_LEAST_LEAD: Final = -4.0
_LOWEST: Final = -40.0
_LOOSE: Final = (2.0, 0.15, 0.15)
"""How far offset, score and lead may well be from what they are without labels."""
_STRATA: Final = (-8.0, -5.0, -2.0, 1.0, 4.0, 7.0, 10.0)
_MOST_WORTH: Final = 2.0


def leads(left: Ints | Longs, right: Ints | Longs, scores: Floats, size: int) -> Floats:
    """Bits by which each pair is ahead of the best other pair of either of its records; negative behind a rival."""
    first = np.full(size, _LOWEST)
    second = np.full(size, _LOWEST)
    firsts = np.zeros(size, dtype=np.int64)
    for side in (left, right):
        np.maximum.at(first, side, scores)
    for side in (left, right):
        best = scores == first[side]
        np.add.at(firsts, side[best], 1)
        np.maximum.at(second, side[~best], scores[~best])
    second = np.where(firsts > 1, first, second)
    rivals = [np.where(scores < first[side], first[side], second[side]) for side in (left, right)]
    return np.clip(scores - np.maximum(*rivals), _LEAST_LEAD, _MOST_LEAD)


def best_partners(left: Ints, right: Ints, scores: Floats, stands: Floats, order: Longs) -> Bools:
    """Which pairs link their records when every record has one partner at most: the best first, if they stand."""
    return np.asarray(assign_one_to_one(left, right, scores, _LOWEST, order) & (stands >= 0.0))


class Beside(NamedTuple):
    """The score of each pair, and its lead."""

    score: Floats
    lead: Floats

    def bits(self, partners: Partners) -> Floats:
        return np.asarray(partners.offset + partners.score * self.score + partners.lead * self.lead)


def learn_partners(judged: Beside, same: Bools, linked: Beside) -> Partners:
    """What score and lead are worth, by logistic regression on pairs that were judged, near what they are without.

    Pairs are asked for where they are doubtful, links mostly are not: a verdict counts for the links that stand where
    its pair stands.
    """
    first = _fitted(judged, same, np.ones(len(same)))
    return _fitted(judged, same, _counting_for(judged.bits(first), linked.bits(first)))


def _counting_for(judged: Floats, linked: Floats) -> Floats:
    stands, every = np.digitize(judged, _STRATA), np.digitize(linked, _STRATA)
    links, verdicts = (np.bincount(each, minlength=len(_STRATA) + 1) + 1.0 for each in (every, stands))
    worth = (links / verdicts)[stands]
    worth = np.clip(worth / worth.mean(), 1 / _MOST_WORTH, _MOST_WORTH)
    return np.asarray(worth / worth.mean())


def _fitted(judged: Beside, same: Bools, worth: Floats) -> Partners:
    from scipy.optimize import minimize

    usual = np.array(astuple(Partners()))
    design = np.stack([np.ones(len(same)), judged.score, judged.lead], axis=1)
    truth = same.astype(np.float64)

    def loss(tried: Floats) -> tuple[float, Floats]:
        nats = np.clip((design @ tried) * np.log(2), -60, 60)
        pull = (tried - usual) / _LOOSE
        value = worth @ (np.logaddexp(0, nats) - truth * nats) + 0.5 * (pull @ pull)
        return float(value), design.T @ (worth * (1 / (1 + np.exp(-nats)) - truth)) * np.log(2) + pull / _LOOSE

    bounds = [(None, None), (0.0, None), (0.0, None)]
    found = minimize(loss, usual, jac=True, method="L-BFGS-B", bounds=bounds)
    return Partners(*(round(float(each), 3) for each in found.x))
