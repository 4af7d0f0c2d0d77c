"""Bring review tasks up to date with what is known about golden records."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from mdm.accounts.models import Actor
from mdm.events.operations.record import EventDraft, record
from mdm.kernel.clock import database_now
from mdm.matching.queries.due import matching_of
from mdm.records.identifiers import lock_goldens
from mdm.records.models import CrosswalkEntry, Finding
from mdm.stewardship.grouping import Group, groups_of
from mdm.stewardship.identity import OpenTask, tasks_of_groups
from mdm.stewardship.models import ReviewTask, TaskMember, TaskReason, TaskStatus
from mdm.stewardship.models.tasks import LIVE
from mdm.stewardship.situation import DOUBTS, situation_of

_ALONE = frozenset({TaskReason.BROKEN, TaskReason.CONFLICT})


@dataclass(frozen=True, slots=True)
class Refreshed:
    """How many tasks were opened, changed, and closed because what they asked is no longer a question."""

    opened: int = 0
    changed: int = 0
    gone: int = 0


def refresh_tasks(
    *,
    domain: str,
    goldens: Collection[int],
    actor: Actor,
    assignee: int | None = None,
    collisions: Sequence[tuple[int, int]] = (),
) -> Refreshed:
    """What is asked about the golden records is what is known about them now, and nothing is asked twice.

    A group keeps the id, the assignee and the comments of the open task that shares most members with it; a task whose
    question is gone is GONE; one that is opened is assigned to `assignee`. `collisions` are golden records of which
    somebody says that they are one. Runs in the caller's transaction and holds the golden records, and those that open
    tasks ask about together with them.
    """
    tasks = _hold(goldens)
    held = {*goldens, *(golden for task in tasks.values() for golden in task.members)}
    matching = matching_of(domain)
    situation = situation_of(domain, held, matching)
    said_to_be_one = [task.members for task in tasks.values() if task.reason == TaskReason.COLLISION]
    groups = groups_of(situation, matching.model if matching else None, [*said_to_be_one, *collisions])
    kept = _kept(groups, tasks)
    at = database_now()
    gone = [pk for pk in tasks if pk not in kept.values()]
    _close(gone, at)
    _leave(groups, kept, tasks)
    changed = [_update(tasks[pk], groups[place], at) for place, pk in kept.items()]
    fresh = [group for place, group in enumerate(groups) if place not in kept]
    _open(domain, fresh, at, assignee)
    refreshed = Refreshed(len(fresh), sum(changed), len(gone))
    if refreshed != Refreshed():
        _tell(domain, refreshed, actor)
    return refreshed


@dataclass(frozen=True, slots=True)
class _Task:
    row: ReviewTask
    members: tuple[int, ...]

    @property
    def reason(self) -> str:
        return self.row.reason


def _hold(goldens: Collection[int]) -> dict[int, _Task]:
    """Lock the golden records, then return the open tasks about any of them, or about a finding that is theirs by now;
    members they share are locked as well.
    """
    lock_goldens(goldens)
    tasks = _tasks(goldens)
    others = {golden for task in tasks.values() for golden in task.members} - set(goldens)
    if others:
        lock_goldens(others)
        tasks = _tasks({*goldens, *others})
    return tasks


def _tasks(goldens: Collection[int]) -> dict[int, _Task]:
    asked = TaskMember.objects.filter(golden__in=list(goldens), open=True).values("task")
    ids = CrosswalkEntry.objects.filter(golden__in=list(goldens), ended_at=None).values("external_id")
    findings = Finding.objects.filter(source_record__external_id__in=ids, status="OPEN", kind__in=DOUBTS).values("pk")
    about = ReviewTask.objects.filter(Q(pk__in=asked) | Q(finding__in=findings), status__in=LIVE)
    rows = {task.pk: task for task in about.order_by("pk")}
    members: dict[int, list[int]] = {pk: [] for pk in rows}
    of = TaskMember.objects.filter(task__in=list(rows), open=True).order_by("task_id", "position", "golden_id")
    for task, golden in of.values_list("task_id", "golden_id"):
        members[task].append(golden)
    return {pk: _Task(row, tuple(members[pk])) for pk, row in rows.items()}


def _kept(groups: Sequence[Group], tasks: Mapping[int, _Task]) -> dict[int, int]:
    """By place of a group the task that it is. What is asked about one record alone never becomes a group's task."""
    found: dict[int, int] = {}
    for alone in (True, False):
        places = [place for place, group in enumerate(groups) if (group.reason in _ALONE) is alone]
        standing = [
            OpenTask(pk, task.row.opened_at, frozenset(task.members))
            for pk, task in tasks.items()
            if (len(task.members) == 1 and task.reason in {*_ALONE, TaskReason.REOPENED}) is alone
        ]
        same = tasks_of_groups([groups[place].members for place in places], standing)
        found |= {places[place]: pk for place, pk in same.items()}
    return found


def _close(tasks: Sequence[int], at: datetime) -> None:
    if tasks:
        ReviewTask.objects.filter(pk__in=tasks, status__in=LIVE).update(
            status=TaskStatus.GONE, closed_at=at, changed_at=at, lease_holder=None, lease_until=None
        )
        TaskMember.objects.filter(task__in=tasks).update(open=False)


def _leave(groups: Sequence[Group], kept: Mapping[int, int], tasks: Mapping[int, _Task]) -> None:
    """Members that are no longer asked about in their task leave it before any task takes them in."""
    for place, pk in kept.items():
        gone = set(tasks[pk].members) - set(groups[place].members)
        if gone:
            TaskMember.objects.filter(task=pk, golden__in=gone).delete()


def _update(task: _Task, group: Group, at: datetime) -> bool:
    """The task says what the group says; False when it does already."""
    row, wanted = task.row, _fields(group)
    if row.reason == TaskReason.REOPENED:
        del wanted["reason"]
    if task.members == group.members and all(_same(getattr(row, name), value) for name, value in wanted.items()):
        return False
    ReviewTask.objects.filter(pk=row.pk, status__in=LIVE).update(**wanted, version=row.version + 1, changed_at=at)
    if task.members != group.members:
        TaskMember.objects.filter(task=row.pk).delete()
        TaskMember.objects.bulk_create(_members(row, group))
    return True


def _same(stored: Any, wanted: Any) -> bool:
    return bool(stored == wanted)


def _fields(group: Group) -> dict[str, Any]:
    return {
        "reason": group.reason,
        "score": group.score,
        "rank": group.rank,
        "value_at_stake": group.value_at_stake,
        "member_count": len(group.members),
        "systems": list(group.systems),
        "conflicts": list(group.conflicts),
        "why": group.why,
        "evidence_hash": group.evidence_hash,
        "finding_id": group.finding,
    }


def _open(domain: str, groups: Sequence[Group], at: datetime, assignee: int | None) -> None:
    rows = ReviewTask.objects.bulk_create(
        [
            ReviewTask(
                domain_id=domain,
                status=TaskStatus.OPEN,
                opened_at=at,
                changed_at=at,
                assignee_id=assignee,
                **_fields(group),
            )
            for group in groups
        ]
    )
    TaskMember.objects.bulk_create(
        [member for row, group in zip(rows, groups, strict=True) for member in _members(row, group)]
    )


def _members(task: ReviewTask, group: Group) -> list[TaskMember]:
    return [
        TaskMember(task=task, golden_id=golden, open=True, position=position)
        for position, golden in enumerate(group.members)
    ]


def _tell(domain: str, refreshed: Refreshed, actor: Actor) -> None:
    detail = {"opened": refreshed.opened, "changed": refreshed.changed, "gone": refreshed.gone}
    record(EventDraft(type="tasks.refreshed", domain=domain, subject=f"domain:{domain}", detail=detail), actor=actor)
