"""The review queue: its rows page by page, what it can be narrowed by, and its numbers. What is private is masked."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet

from mdm.accounts.models import Actor
from mdm.accounts.permissions import Permissions
from mdm.accounts.queries import permissions_of
from mdm.governance.queries import active_pack
from mdm.kernel.clock import database_now
from mdm.kernel.errors import Invalid
from mdm.records.models import GoldenVersion
from mdm.records.queries.record_list import title
from mdm.stewardship.models import ReviewTask, TaskMember
from mdm.stewardship.queries.narrowing import narrowed
from mdm.stewardship.queries.shapes import Lease, QueueFilter, QueuePage, QueueRow

# Column, descending: ties are broken by id, oldest task first.
_SORTS = {"value": ("value_at_stake", True), "score": ("rank", True), "age": ("opened_at", False)} | {
    "new": ("opened_at", True)
}


def list_tasks(*, actor: Actor, filter: QueueFilter, cursor: str = "", limit: int = 50) -> QueuePage:
    """Return one page of the tasks that the actor may view and that the filter lets through; four statements.

    An unknown domain, and one the actor may not view, has no tasks. Raises: Invalid for a damaged cursor.
    """
    backwards, position = _decode(cursor, filter.sort)
    found = list(_page(narrowed(actor, filter), filter.sort, position, backwards=backwards)[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    if backwards:
        found.reverse()
    return QueuePage(
        rows=rows_of(actor, found),
        next=_encode(found[-1], filter.sort, backwards=False) if found and (more or backwards) else "",
        previous=_encode(found[0], filter.sort, backwards=True)
        if found and position and (more or not backwards)
        else "",
    )


def ordered(tasks: QuerySet[ReviewTask], sort: str) -> QuerySet[ReviewTask]:
    """Return the tasks in the order of that sort."""
    return _page(tasks, sort, None, backwards=False)


def after(tasks: QuerySet[ReviewTask], sort: str, task: ReviewTask, *, backwards: bool = False) -> QuerySet[ReviewTask]:
    """Return those that stand behind `task` in that order (before it, nearest first, when `backwards`)."""
    column, _ = _SORTS[sort]
    return _page(tasks, sort, (getattr(task, column), task.pk), backwards=backwards)


def _page(
    tasks: QuerySet[ReviewTask], sort: str, position: tuple[Any, int] | None, *, backwards: bool
) -> QuerySet[ReviewTask]:
    column, descending = _SORTS[sort]
    down = descending != backwards
    page = tasks.order_by(f"{'-' if down else ''}{column}", "-pk" if backwards else "pk")
    if position is None:
        return page
    value, key = position
    side, id_side = ("lt" if down else "gt"), ("lt" if backwards else "gt")
    # The redundant first condition lets PostgreSQL start inside the index.
    return page.filter(
        Q(**{f"{column}__{side}e": value}) & (Q(**{f"{column}__{side}": value}) | Q(**{f"pk__{id_side}": key}))
    )


def _encode(task: ReviewTask, sort: str, *, backwards: bool) -> str:
    value = getattr(task, _SORTS[sort][0])
    exact = value.isoformat() if isinstance(value, datetime) else str(value) if isinstance(value, Decimal) else value
    text = json.dumps([sort, backwards, exact, task.pk], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(cursor: str, sort: str) -> tuple[bool, tuple[Any, int] | None]:
    if not cursor:
        return False, None
    try:
        told, backwards, value, key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if told != sort or not isinstance(key, int):
            raise ValueError(told)
        kinds: dict[str, Any] = {"value": Decimal, "score": float}
        return bool(backwards), (kinds.get(sort, datetime.fromisoformat)(value), key)
    except (ValueError, TypeError, ArithmeticError) as fault:
        raise Invalid(
            "This page address is damaged.", field="cursor", value=cursor[:80], remedy="Start again at the first page."
        ) from fault


def rows_of(actor: Actor, tasks: list[ReviewTask]) -> list[QueueRow]:
    """Return one row per task, in the order given; three statements however many they are."""
    permissions = permissions_of(actor)
    members = _members(task.pk for task in tasks)
    names = _names((line[0][0] for line in members.values()), permissions)
    now = database_now()
    return [_row(task, members[task.pk], names, actor, now) for task in tasks]


def _members(tasks: Iterable[int]) -> dict[int, list[tuple[int, str]]]:
    found: dict[int, list[tuple[int, str]]] = {}
    rows = TaskMember.objects.filter(task__in=list(tasks)).order_by("task_id", "position", "golden_id")
    for task, golden, code in rows.values_list("task_id", "golden_id", "golden__code"):
        found.setdefault(task, []).append((golden, code))
    return found


def _names(goldens: Iterable[int], permissions: Permissions) -> dict[int, str]:
    present = GoldenVersion.objects.filter(golden__in=list(goldens), number=F("golden__version_number"))
    rows = list(present.values_list("golden_id", "golden__domain_id", "values"))
    packs = {domain: active_pack(domain) for domain in {domain for _, domain, _ in rows}}
    reveal = {domain: permissions.may("reveal", domain) for domain in packs}
    return {golden: title(values or {}, packs[domain], reveal=reveal[domain]) for golden, domain, values in rows}


def _row(
    task: ReviewTask, members: list[tuple[int, str]], names: dict[int, str], actor: Actor, now: datetime
) -> QueueRow:
    return QueueRow(
        id=task.pk,
        domain=task.domain_id,
        reason=task.reason,
        status=task.status,
        score=task.score,
        member_count=task.member_count,
        best_name=names.get(members[0][0], ""),
        codes=[code for _, code in members],
        why=task.why,
        value_at_stake=task.value_at_stake,
        conflicts=list(task.conflicts),
        systems=list(task.systems),
        opened_at=task.opened_at,
        assignee=task.assignee.name if task.assignee else "",
        assigned_to_me=task.assignee_id == actor.pk,
        snoozed_until=task.snoozed_until if task.snoozed_until and task.snoozed_until > now else None,
        escalated=task.escalated_at is not None,
        lease=lease_of(task, actor, now),
        version=task.version,
    )


def lease_of(task: ReviewTask, actor: Actor, now: datetime) -> Lease:
    """Return who looks at the task now."""
    if task.lease_holder is None or task.lease_until is None or task.lease_until <= now:
        return Lease()
    return Lease(task.lease_holder.name, task.lease_holder_id == actor.pk, task.lease_until)
