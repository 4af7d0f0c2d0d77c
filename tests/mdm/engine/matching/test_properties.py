"""What holds for every table: the promises of the engine's face."""

from __future__ import annotations

from itertools import combinations
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm.engine.matching import (
    Index,
    MatchModel,
    ModelError,
    Pairs,
    Table,
    candidates,
    cluster,
    explain,
    profile,
    propose_model,
    score,
    train,
)
from mdm.engine.matching.comparators import COMPARATORS
from tests.mdm.engine.matching.worlds import FIELDS, party_model, tables

MODEL = party_model()


def all_pairs(table: Table) -> Pairs:
    found = list(combinations(range(len(table)), 2))
    left, right = (np.array([pair[side] for pair in found], dtype=np.int32) for side in (0, 1))
    return Pairs(left, right, np.ones(len(found), dtype=np.int64))


def turned(pairs: Pairs) -> Pairs:
    return Pairs(pairs.right, pairs.left, pairs.rules)


@given(tables())
def test_a_pair_scores_the_same_from_either_side(table: Table) -> None:
    pairs = all_pairs(table)

    one, other = score(table, pairs, MODEL), score(table, turned(pairs), MODEL)

    assert (one.score == other.score).all()
    assert (one.levels == other.levels).all()
    assert (one.contributions == other.contributions).all()


@given(tables())
def test_the_bars_and_the_prior_are_the_score_to_the_last_bit(table: Table) -> None:
    found = score(table, all_pairs(table), MODEL)

    assert found.contributions.shape == (len(found.score), len(MODEL.bars))
    assert (found.prior + found.contributions.sum(axis=1) == found.score).all()
    assert (found.contributions[:, ::-1].sum(axis=1) + found.prior == found.score).all()


@given(tables(1, 1))
def test_a_record_is_as_like_itself_as_can_be(table: Table) -> None:
    twice = Table(["a", "b"], {name: [cells[0], cells[0]] for name, cells in table.columns.items()})

    levels = score(twice, all_pairs(twice), MODEL).levels[0]

    tops = np.array([len(comparison.levels) - 1 for comparison in MODEL.comparisons])
    assert ((levels == -1) | (levels == tops)).all()


@given(tables(2, 2), st.sampled_from(sorted(FIELDS)), st.integers(0, 1))
def test_a_value_that_is_missing_tells_nothing(table: Table, column: str, side: int) -> None:
    columns = {name: list(cells) for name, cells in table.columns.items()}
    columns[column][side] = None
    emptied = Table(table.ids, columns)
    uses = [
        at for at, each in enumerate(MODEL.comparisons) if [MODEL.fields[f].column for f in each.fields] == [column]
    ]

    found = score(emptied, all_pairs(emptied), MODEL)

    assert (found.levels[0, uses] == -1).all()
    assert (found.contributions[0, uses] == 0).all()


@given(tables(2, 9), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(table: Table, random: Random) -> None:
    order = list(range(len(table)))
    random.shuffle(order)
    shuffled = table.take(order)

    plain, mixed = scored(table), scored(shuffled)

    assert plain == mixed


def scored(table: Table) -> dict[tuple[str, str], tuple[float, int]]:
    pairs = candidates(table, MODEL)
    bits = score(table, pairs, MODEL).score.tolist()
    rows = zip(pairs.left.tolist(), pairs.right.tolist(), bits, pairs.rules.tolist(), strict=True)
    return {
        (min(x, y), max(x, y)): told for x, y, told in ((table.ids[a], table.ids[b], (c, d)) for a, b, c, d in rows)
    }


@given(tables(4, 9), st.randoms(use_true_random=False))
def test_training_does_not_depend_on_the_order_of_the_rows(table: Table, random: Random) -> None:
    order = list(range(len(table)))
    random.shuffle(order)
    shuffled = table.take(order)

    one = train(table, candidates(table, MODEL), MODEL)
    other = train(shuffled, candidates(shuffled, MODEL), MODEL)

    assert one.to_content() == other.to_content()


@given(tables(2, 9))
def test_trained_weights_never_fall_towards_agreement(table: Table) -> None:
    model = train(table, candidates(table, MODEL), MODEL)

    for comparison in model.comparisons:
        bits = [level.bits for level in comparison.levels]
        assert bits == sorted(bits)
    assert MatchModel.from_content(model.to_content()) == model


@given(tables(2, 4))
def test_the_explanation_adds_up_and_has_a_sentence(table: Table) -> None:
    told = explain(table, 0, 1, MODEL)

    assert told.prior + sum(bar.bits for bar in told.bars) == told.total
    assert told.why.endswith(".")
    assert bool(told.why_not_automatic) == (told.total < MODEL.thresholds.auto)


@given(
    st.integers(2, 12).flatmap(
        lambda n: st.tuples(
            st.just(n),
            st.dictionaries(
                st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).filter(lambda pair: pair[0] < pair[1]),
                st.integers(-8, 12),
                max_size=40,
            ),
            st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=4),
            st.lists(st.integers(-1, 2), min_size=n, max_size=n),
        )
    )
)
def test_no_cluster_breaks_a_veto_or_holds_two_records_of_one_source(
    world: tuple[int, dict[tuple[int, int], int], list[tuple[int, int]], list[int]],
) -> None:
    n, bits, vetoes, sources = world
    pairs = (np.array([a for a, _ in bits], dtype=np.int32), np.array([b for _, b in bits], dtype=np.int32))
    scores = np.array(list(bits.values()), dtype=np.float64)
    vetoes = [(a, b) for a, b in vetoes if a != b]

    labels = cluster(n, pairs, scores, 0.0, vetoes=vetoes, sources_unique=sources, max_diameter=-6.0)

    assert all(labels[a] != labels[b] for a, b in vetoes)
    together = [(a, b) for a, b in combinations(range(n), 2) if labels[a] == labels[b]]
    assert all(sources[a] == -1 or sources[a] != sources[b] for a, b in together)
    assert all(bits.get(pair, 0) >= -6 for pair in together)


@given(tables(3, 8))
def test_a_look_up_scores_as_the_table_does(table: Table) -> None:
    index = Index.build(table, MODEL)
    found = candidates(table, MODEL, against=index)

    bits = score(table, found, MODEL).score.tolist()

    every = all_pairs(table)
    known = dict(
        zip(zip(every.left.tolist(), every.right.tolist(), strict=True), score(table, every, MODEL).score, strict=True)
    )
    for a, b, bit in zip(found.left.tolist(), found.right.tolist(), bits, strict=True):
        assert a != b
        assert bit == pytest.approx(known[min(a, b), max(a, b)], abs=0.01)


@pytest.mark.parametrize("name", sorted(COMPARATORS))
def test_the_levels_of_a_comparator_are_named_once_and_expected_to_sum_to_one(name: str) -> None:
    levels = COMPARATORS[name].levels

    assert len({level.name for level in levels}) == len(levels) >= 2
    assert sum(level.m for level in levels) == pytest.approx(1.0, abs=0.02)
    assert sum(level.u for level in levels) == pytest.approx(1.0, abs=0.02)


@given(tables(1, 6))
def test_any_table_gets_a_model_that_survives_being_written_down(table: Table) -> None:
    found = profile(table)
    if not any(column.coverage for column in found.columns):
        with pytest.raises(ModelError, match="tell records apart"):
            propose_model(found)
        return

    model = propose_model(found)

    assert MatchModel.from_content(model.to_content()) == model
