"""A model in use learns from verdicts, is tried on those that it did not learn from, and starts where that is best."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mdm.engine.matching import Labels, MatchModel, Pairs, Table, score, table_of
from mdm.engine.matching.declaration import Interaction, Thresholds
from mdm.engine.matching.learning import learn
from mdm.engine.matching.prepared import Prepared
from mdm.engine.matching.relearning import crossing, loss_of, most_telling, relearn, steps_of, trial_of
from mdm.engine.matching.scoring import outcomes, totals

MODEL = MatchModel.from_content(
    {
        "fields": {
            "name": {"column": "name", "reader": "text"},
            "town": {"column": "town", "reader": "text"},
        },
        "blocking": [{"kind": "exact", "keys": ["name"]}],
        "comparisons": [
            {
                "name": each,
                "label": each,
                "fields": [each],
                "comparator": "exact",
                "levels": [{"name": "equal", "bits": bits}, {"name": "differs", "bits": -bits}],
            }
            for each, bits in (("name", 6), ("town", 3))
        ],
        "prior": -3,
        "thresholds": {"review": -1, "auto": 6},
    }
)


def pairs(kinds: list[tuple[bool, bool, bool]]) -> tuple[Table, Labels]:
    """Two records for each (name agrees, town agrees, a person said the same)."""
    records, said = [], []
    for at, (name, town, same) in enumerate(kinds):
        records += [{"name": f"n{at}", "town": f"t{at}"}]
        records += [{"name": f"n{at}" if name else f"o{at}", "town": f"t{at}" if town else f"u{at}"}]
        said.append((2 * at, 2 * at + 1, same))
    return table_of([str(row) for row in range(len(records))], list(records), MODEL), Labels.of(said)


SAME_NAME_ONLY = [(True, False, True)] * 10 + [(False, True, False)] * 10 + [(True, True, True)] * 5


def test_the_start_that_foresees_held_out_verdicts_best_is_taken() -> None:
    table, labels = pairs(SAME_NAME_ONLY)
    far = replace(MODEL, prior=20.0)
    prepared = Prepared(table, MODEL)

    found = relearn(prepared, MODEL, [far, MODEL], labels, np.arange(len(labels.left)))

    assert found.base == 1
    assert loss_of(found.after, labels.same) < loss_of(found.before, labels.same)
    assert found.model == learn(prepared, MODEL, labels)


def test_verdicts_of_one_decision_are_never_on_both_sides() -> None:
    """All verdicts come from one decision: whatever judges them has learned from none of them."""
    table, labels = pairs(SAME_NAME_ONLY)

    found = relearn(Prepared(table, MODEL), MODEL, [MODEL], labels, np.zeros(len(labels.left), dtype=np.int64))

    assert found.after.tolist() == found.before.tolist()


def test_an_interaction_learns_its_own_bits_and_the_bars_sum_to_the_score() -> None:
    chain = Interaction("chain", "Branch of a chain", {"name": ("equal",), "town": ("differs",)}, 0.0)
    model = replace(MODEL, interactions=(chain,))
    table, labels = pairs([(True, False, False)] * 15 + [(True, True, True)] * 15 + [(False, True, False)] * 3)

    learned = learn(Prepared(table, model), model, labels)

    assert learned.interactions[0].bits < -0.5
    scores = score(table, _as_pairs(labels), learned)
    assert np.allclose(scores.score, scores.prior + scores.contributions.sum(axis=1), rtol=0, atol=0)
    assert (scores.score[:15] < 0).all() and (scores.score[15:30] > 0).all()


def _as_pairs(labels: Labels) -> Pairs:
    return Pairs(labels.left.astype(np.int32), labels.right.astype(np.int32), np.ones(len(labels.left), dtype=np.int64))


def test_a_trial_counts_what_reaches_each_threshold_and_how_surprising_verdicts_were() -> None:
    scores, same = np.array([8.0, 1.0, -2.0, 7.0, 0.0]), np.array([True, True, True, False, False])

    found = trial_of(scores, same, Thresholds(review=0.0, auto=6.0))

    assert found[1:] == (2, 1, 2, 1)
    expected = -np.log2(1 / (1 + np.exp2([-8.0, -1.0, 2.0, 7.0, 0.0])))
    assert found.loss == pytest.approx(expected.mean())
    assert loss_of(np.array([1e9]), np.array([False])) == pytest.approx(60.0)


def test_steps_count_pairs_past_each_threshold_and_what_is_expected_of_them() -> None:
    before, after = np.array([5.0, 0.0, -9.0]), np.array([0.0, 2.0, -50.0])

    low, high = steps_of(before, after, [1.0, 0.0, 1.0])

    assert (low.threshold, low.before, low.after) == (0.0, 2, 2)
    assert low.precision == pytest.approx((0.5 + 0.8) / 2) and low.recall == pytest.approx(1.0)
    assert (high.threshold, high.before, high.after) == (1.0, 1, 1)
    assert high.precision == pytest.approx(0.8) and high.recall == pytest.approx(0.8 / 1.3)


def test_pairs_that_cross_a_threshold_are_told_by_how_far_they_moved() -> None:
    before, after = np.array([-1.0, -1.0, 3.0, 3.0, 9.0]), np.array([1.0, 5.0, -1.0, -4.0, 8.0])

    came, went = crossing(before, after, 0.0, 1)

    assert (came.tolist(), went.tolist()) == ([1], [3])
    assert [each.tolist() for each in crossing(before, after, 0.0, 9)] == [[1, 0], [3, 2]]


def test_the_most_telling_pairs_are_doubtful_ones_of_several_kinds_that_nobody_judged() -> None:
    kinds = [(True, False, True)] * 20 + [(False, True, False)] * 20 + [(True, True, True)] * 20
    table, labels = pairs(kinds)
    prepared, asked = Prepared(table, MODEL), _as_pairs(labels)
    found = outcomes(prepared, MODEL, asked.left, asked.right)

    places = most_telling(asked, found, totals(MODEL, found), np.arange(10), prepared.order, 6)

    assert len(set(places.tolist())) == 6 and not set(places.tolist()) & set(range(10))
    assert {kinds[place][:2] for place in places.tolist()} == {(True, False), (False, True), (True, True)}
