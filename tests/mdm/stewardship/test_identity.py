"""A task is the same task after every run."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mdm.stewardship.identity import OpenTask, tasks_of_groups

START = datetime(2026, 1, 1, tzinfo=UTC)
PARTITIONS = st.lists(st.integers(0, 8), min_size=1, max_size=24).map(
    lambda labels: [
        frozenset(member for member, label in enumerate(labels) if label == one) for one in sorted(set(labels))
    ]
)


def open_tasks(groups: list[frozenset[int]]) -> list[OpenTask]:
    return [OpenTask(100 + n, START + timedelta(days=n), members) for n, members in enumerate(groups)]


@given(PARTITIONS)
def test_the_same_groups_are_the_same_tasks(groups: list[frozenset[int]]) -> None:
    assert tasks_of_groups(groups, open_tasks(groups)) == {place: 100 + place for place in range(len(groups))}


@given(PARTITIONS, PARTITIONS, st.randoms(use_true_random=False))
def test_the_order_of_groups_and_tasks_decides_nothing(
    before: list[frozenset[int]], after: list[frozenset[int]], dice: random.Random
) -> None:
    tasks, groups = open_tasks(before), list(after)
    found = {groups[place]: task for place, task in tasks_of_groups(groups, tasks).items()}
    dice.shuffle(tasks)
    dice.shuffle(groups)

    again = {groups[place]: task for place, task in tasks_of_groups(groups, tasks).items()}

    assert again == found


@given(PARTITIONS, PARTITIONS)
def test_a_task_is_one_group_at_most_and_shares_a_member_with_it(
    before: list[frozenset[int]], after: list[frozenset[int]]
) -> None:
    tasks = {task.id: task for task in open_tasks(before)}

    found = tasks_of_groups(after, list(tasks.values()))

    assert len(set(found.values())) == len(found)
    assert all(tasks[task].members & after[place] for place, task in found.items())


@given(PARTITIONS, PARTITIONS)
def test_no_group_would_rather_be_a_task_that_would_rather_be_it(
    before: list[frozenset[int]], after: list[frozenset[int]]
) -> None:
    tasks = open_tasks(before)
    found = tasks_of_groups(after, tasks)
    group_of = {task: place for place, task in found.items()}
    by_id = {task.id: task for task in tasks}

    for place, group in enumerate(after):
        own = len(by_id[found[place]].members & group) if place in found else 0
        for task in tasks:
            shared = len(task.members & group)
            held = len(task.members & after[group_of[task.id]]) if task.id in group_of else 0
            assert not (shared > own and shared > held)


def test_a_tie_goes_to_the_oldest_task() -> None:
    older = OpenTask(9, START, frozenset({1, 2}))
    newer = OpenTask(3, START + timedelta(days=1), frozenset({3, 4}))

    assert tasks_of_groups([{1, 3}], [newer, older]) == {0: 9}


def test_a_task_that_falls_apart_goes_on_as_its_larger_part() -> None:
    task = OpenTask(5, START, frozenset({1, 2, 3, 4, 5}))

    assert tasks_of_groups([{1, 2}, {3, 4, 5}], [task]) == {1: 5}
