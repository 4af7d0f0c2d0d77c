"""Which open task a group of golden records is: pure, so that the same groups are the same tasks after every run."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class OpenTask:
    """An open task as it stands, before the groups are known."""

    id: int
    opened_at: datetime
    members: frozenset[int]


def tasks_of_groups(groups: Sequence[Collection[int]], tasks: Sequence[OpenTask]) -> dict[int, int]:
    """Return, by place of a group, the task that it is; a group without one is new.

    Each group is the open task that shares most members with it (tie: the oldest). A task is one group at most: of
    several that want it, the one that shares most gets it (tie: the one with the smallest member), and the others take
    their next best. The result does not depend on the order of either.
    """
    owners: dict[int, list[OpenTask]] = {}
    for task in tasks:
        for member in task.members:
            owners.setdefault(member, []).append(task)
    wishes = sorted(
        (-shared, task.opened_at, task.id, min(groups[place]), place)
        for place in range(len(groups))
        for task, shared in _shared(groups[place], owners).items()
    )
    found: dict[int, int] = {}
    taken: set[int] = set()
    for _, _, task_id, _, place in wishes:
        if place not in found and task_id not in taken:
            found[place] = task_id
            taken.add(task_id)
    return found


def _shared(group: Collection[int], owners: Mapping[int, Sequence[OpenTask]]) -> dict[OpenTask, int]:
    counted: dict[OpenTask, int] = {}
    for member in set(group):
        for task in owners.get(member, ()):
            counted[task] = counted.get(task, 0) + 1
    return counted
