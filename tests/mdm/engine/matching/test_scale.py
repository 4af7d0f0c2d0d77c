"""What makes matching fast must come to the same: joins all at once, sorting instead of `np.unique`."""

from __future__ import annotations

from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mdm.engine.matching import Table, candidates, cluster, score
from mdm.engine.matching.blocking import candidates_of, together
from mdm.engine.matching.prepared import Prepared
from mdm.engine.matching.sorting import distinct, numbered, sorted_places
from tests.mdm.engine.matching.worlds import party_model, tables

MODEL = party_model()


@given(st.integers(2, 12), st.data())
def test_joining_all_best_pairs_at_once_comes_to_the_same_as_joining_one_by_one(n: int, data: st.DataObject) -> None:
    every = np.stack(np.triu_indices(n, 1))
    kept = np.array(data.draw(st.lists(st.booleans(), min_size=every.shape[1], max_size=every.shape[1])))
    left, right = every[:, kept]
    scores = np.array(data.draw(st.lists(st.integers(-3, 6), min_size=len(left), max_size=len(left))), dtype=float)

    at_once = cluster(n, (left, right), scores, 0.0)

    # A veto, though of a record that nothing leads to, has the engine look before each single join.
    one_by_one = cluster(n + 1, (left, right), scores, 0.0, vetoes=[(0, n)])[:n]
    assert (at_once == one_by_one).all()


@given(st.lists(st.integers(0, 1 << 40) | st.integers(0, 5), max_size=50))
def test_sorting_numbers_values_as_numpy_does(values: list[int]) -> None:
    keys = np.array(values, dtype=np.int64)

    found, inverse = numbered(keys)

    expected, places = np.unique(keys, return_inverse=True)
    assert (found == expected).all() and (inverse == places).all()
    assert (distinct(keys) == expected).all()
    assert (sorted_places(keys) == np.argsort(keys, kind="stable")).all()


@given(tables(2, 9), st.integers(1, 5), st.randoms(use_true_random=False))
def test_any_number_of_shards_and_any_order_of_rows_find_the_same_to_the_last_byte(
    table: Table, many: int, random: Random
) -> None:
    whole = candidates(table, MODEL)
    parts = together([candidates_of(Prepared(table, MODEL), MODEL, (which, many)) for which in range(many)])
    order = list(range(len(table)))
    random.shuffle(order)
    mixed = table.take(order)
    turned = together([candidates_of(Prepared(mixed, MODEL), MODEL, (which, many)) for which in range(many)])

    assert [side.tobytes() for side in (parts.left, parts.right, parts.rules)] == [
        side.tobytes() for side in (whole.left, whole.right, whole.rules)
    ]
    assert score(table, parts, MODEL).score.tobytes() == score(table, whole, MODEL).score.tobytes()
    one, other = score(table, whole, MODEL), score(mixed, turned, MODEL)
    assert _named(table, whole.left, whole.right, one.score) == _named(mixed, turned.left, turned.right, other.score)


def _named(table: Table, left: np.ndarray, right: np.ndarray, bits: np.ndarray) -> set[tuple[frozenset[str], bytes]]:
    rows = zip(left.tolist(), right.tolist(), bits, strict=True)
    return {(frozenset((table.ids[a], table.ids[b])), bit.tobytes()) for a, b, bit in rows}
