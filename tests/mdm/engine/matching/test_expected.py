"""What a partition is to be expected to be worth, and that verdicts let the best one be taken."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mdm.engine.matching.clustering import cluster
from mdm.engine.matching.expected import expected_f1
from mdm.engine.matching.resolve import resolve
from tests.mdm.engine.matching.test_learned import companies

NUMBERS = st.lists(st.integers(0, 4), min_size=2, max_size=12)


def pairs_of(numbers: Sequence[int]) -> set[tuple[int, int]]:
    return {(a, b) for a, b in combinations(range(len(numbers)), 2) if numbers[a] == numbers[b]}


@given(truth=NUMBERS, shift=st.integers(1, 4))
def test_where_every_pair_is_compared_and_sure_it_is_the_f1_itself(truth: list[int], shift: int) -> None:
    said = [(number * shift + at % 2) % 5 for at, number in enumerate(truth)]
    left, right = np.array(list(combinations(range(len(truth)), 2))).T
    sure = np.array([float(truth[a] == truth[b]) for a, b in zip(left, right, strict=True)])

    expected = expected_f1(np.array(said, dtype=np.int32), left, right, sure)

    ours, true = pairs_of(said), pairs_of(truth)
    f1 = 2 * len(ours & true) / (len(ours) + len(true)) if ours or true else 1.0
    assert abs(expected - f1) < 1e-9


def test_what_was_not_compared_counts_as_what_was_in_its_cluster() -> None:
    chain = np.array([0, 0, 0], dtype=np.int32)

    expected = expected_f1(chain, np.array([0, 1]), np.array([1, 2]), np.array([0.9, 0.7]))

    assert abs(expected - 2 * 2.4 / (3 + 2.4)) < 1e-9


def test_with_verdicts_no_stricter_partition_is_expected_to_be_better() -> None:
    table = companies()
    judged = resolve(table, ask=lambda pairs: [a // 4 == b // 4 for a, b in pairs], budget=40)

    strict = cluster(len(table), (judged.pairs.left, judged.pairs.right), judged.scores.score, 0.0)
    chances = judged.probability
    taken, other = (
        expected_f1(each, judged.pairs.left, judged.pairs.right, chances) for each in (judged.clusters, strict)
    )

    assert len(judged.labels.left) == 40 and taken >= other - 1e-12
