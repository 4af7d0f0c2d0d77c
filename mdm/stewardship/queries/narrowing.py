"""Which tasks a filter lets through, of those that the actor may view."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of
from mdm.governance.queries import domains_visible_to
from mdm.kernel.clock import database_now
from mdm.records.queries.search import MOST_HITS, search
from mdm.stewardship.models import ReviewTask, TaskMember, TaskStatus
from mdm.stewardship.models.tasks import LIVE
from mdm.stewardship.queries.shapes import QueueFilter

_RANGES = {
    "score_from": "score__gte",
    "score_to": "score__lte",
    "value_from": "value_at_stake__gte",
    "value_to": "value_at_stake__lte",
    "members_from": "member_count__gte",
    "members_to": "member_count__lte",
}


def visible_tasks(actor: Actor, domain: str = "") -> QuerySet[ReviewTask]:
    """Return every task of the domains that the actor may view, or of the one named if it is among them."""
    permissions = permissions_of(actor)
    tasks = ReviewTask.objects.select_related("assignee", "lease_holder")
    if domain:
        return tasks.filter(domain=domain) if permissions.may("view", domain) else tasks.none()
    if permissions.everywhere("view"):
        return tasks
    return tasks.filter(domain__in=[one.code for one in domains_visible_to(permissions)])


def narrowed(actor: Actor, filter: QueueFilter) -> QuerySet[ReviewTask]:
    """Return the tasks that the actor may view and that the filter lets through."""
    now = database_now()
    tasks = visible_tasks(actor, filter.domain).filter(in_state(filter.state, now, actor))
    given = {lookup: value for name, lookup in _RANGES.items() if (value := getattr(filter, name)) is not None}
    tasks = tasks.filter(**given, **_listed(filter), **_aged(filter, now))
    if filter.conflicts:
        named = [name for name in filter.conflicts if name != "any"]
        tasks = tasks.filter(conflicts__contains=named) if named else tasks.exclude(conflicts=[])
    if filter.who:
        tasks = tasks.filter(_assigned(filter.who, actor))
    return tasks.filter(_about(actor, filter.text)) if filter.text else tasks


def in_state(state: str, now: datetime, actor: Actor) -> Q:
    """Return what tasks of that state have in common; `answered` are those that `actor` had asked about."""
    awake = Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=now)
    return {
        "open": Q(status__in=LIVE) & Q(status=TaskStatus.OPEN) & awake,
        "answered": Q(status__in=LIVE, status=TaskStatus.OPEN, asked_by=actor, answered_at__isnull=False) & awake,
        "waiting": Q(status__in=LIVE) & Q(status=TaskStatus.WAITING),
        "snoozed": Q(status__in=LIVE) & ~awake,
        "escalated": Q(status__in=LIVE, escalated_at__isnull=False),
        "done": Q(status=TaskStatus.DONE),
        "today": Q(status=TaskStatus.DONE, closed_at__gte=midnight(now)),
        "all": Q(status__in=LIVE),
    }[state]


def midnight(now: datetime) -> datetime:
    """Return when the day of `now` began, in the zone that people of this request live in."""
    return timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)


def _listed(filter: QueueFilter) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if filter.reasons:
        found["reason__in"] = filter.reasons
    if filter.systems:
        found["systems__contains"] = list(filter.systems)
    return found


def _aged(filter: QueueFilter, now: datetime) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if filter.older_than is not None:
        found["opened_at__lt"] = now - filter.older_than
    if filter.younger_than is not None:
        found["opened_at__gt"] = now - filter.younger_than
    return found


def _assigned(who: str, actor: Actor) -> Q:
    if who == "me":
        return Q(assignee=actor)
    return Q(assignee__isnull=True) if who == "none" else Q(assignee__name__icontains=who)


def _about(actor: Actor, text: str) -> Q:
    codes = [hit.code for hit in search(actor=actor, text=text, limit=MOST_HITS).hits]
    return Q(Exists(TaskMember.objects.filter(task=OuterRef("pk"), golden__code__in=codes)))
