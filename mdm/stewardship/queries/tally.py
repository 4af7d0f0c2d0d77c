"""What a queue can be narrowed by, with how many tasks each choice leaves; and the numbers of a domain's work."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of
from mdm.kernel.clock import database_now
from mdm.stewardship.models import ChangeRequest, ReviewTask, TaskReason
from mdm.stewardship.models.tasks import LIVE
from mdm.stewardship.queries.narrowing import in_state, midnight, narrowed, visible_tasks
from mdm.stewardship.queries.shapes import Facets, FacetValue, QueueCounts, QueueFilter

_BAND = 2
# One pass over the queue, then sums over the few combinations that are left.
_FACETS = """
WITH queue AS ({queue}), combined AS MATERIALIZED (
    SELECT reason, least(member_count, 5) AS members, floor(score / {band})::int AS band, assignee_id, systems,
           conflicts, count(*) AS n
    FROM queue GROUP BY 1, 2, 3, 4, 5, 6
)
SELECT 'total', '', sum(n)::bigint FROM combined
UNION ALL SELECT 'reasons', reason, sum(n)::bigint FROM combined GROUP BY reason
UNION ALL SELECT 'members', members::text, sum(n)::bigint FROM combined GROUP BY members
UNION ALL SELECT 'scores', band::text, sum(n)::bigint FROM combined WHERE band IS NOT NULL GROUP BY band
UNION ALL SELECT 'who', (SELECT a.name FROM accounts_actor a WHERE a.id = assignee_id), sum(n)::bigint
    FROM combined GROUP BY assignee_id
UNION ALL SELECT 'systems', name, sum(n)::bigint FROM combined, unnest(systems) AS name GROUP BY name
UNION ALL SELECT 'conflicts', name, sum(n)::bigint FROM combined, unnest(conflicts) AS name GROUP BY name
"""


def facets(*, actor: Actor, filter: QueueFilter) -> Facets:
    """Return how many tasks of the filtered queue have which value; one statement beside those that filter."""
    found: dict[str, list[FacetValue]] = {}
    total = 0
    for name, value, count in _counted(narrowed(actor, filter)):
        if name == "total":
            total = count or 0
        elif value is not None or name == "who":
            found.setdefault(name, []).append(_facet(name, value or "", count))
    ranked = {name: sorted(values, key=lambda one: (-one.count, one.label)) for name, values in found.items()}
    names = ("reasons", "systems", "conflicts", "members", "scores", "who")
    return Facets(total, *(ranked.get(name, []) for name in names))


def _counted(tasks: QuerySet[ReviewTask]) -> list[tuple[str, str | None, Any]]:
    columns = ("reason", "member_count", "score", "assignee_id", "systems", "conflicts")
    try:
        queue, parameters = tasks.order_by().values(*columns).query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_FACETS.format(queue=queue, band=_BAND), parameters)
        return list(cursor.fetchall())


def _facet(name: str, value: str, count: int) -> FacetValue:
    if name == "reasons":
        return FacetValue(value, str(TaskReason(value).label), f"reason:{value.lower()}", count)
    if name == "systems":
        return FacetValue(value, value, f"source:{value}", count)
    if name == "conflicts":
        return FacetValue(value, value.replace("_", " "), f"conflict:{value}", count)
    if name == "members":
        more = value == "5"
        return FacetValue(value, "5 or more" if more else value, f"members:{'5..' if more else value}", count)
    if name == "scores":
        low = int(value) * _BAND
        return FacetValue(value, f"{low} to {low + _BAND} bits", f"score:{low}..{low + _BAND}", count)
    word = f'who:"{value}"' if " " in value else f"who:{value or 'none'}"
    return FacetValue(value, value or "nobody", word, count)


def counts(*, actor: Actor, domain: str = "") -> QueueCounts:
    """Return the numbers of the work in one domain, or in all that the actor may view; three statements."""
    now = database_now()
    awake = in_state("open", now, actor)
    found = (
        visible_tasks(actor, domain)
        .filter(Q(status__in=LIVE) | Q(status="DONE", closed_at__gte=midnight(now)))
        .aggregate(
            open=Count("pk", filter=awake),
            mine=Count("pk", filter=awake & Q(assignee=actor)),
            waiting=Count("pk", filter=in_state("waiting", now, actor)),
            snoozed=Count("pk", filter=in_state("snoozed", now, actor)),
            escalated=Count("pk", filter=in_state("escalated", now, actor)),
            answered=Count("pk", filter=in_state("answered", now, actor)),
            done_today=Count("pk", filter=in_state("today", now, actor)),
            stake=Sum("value_at_stake", filter=awake),
        )
    )
    stake = found.pop("stake") or Decimal(0)
    return QueueCounts(**found, requests=_requests(actor, domain), value_at_stake=stake, as_of=now)


def _requests(actor: Actor, domain: str) -> int:
    """Change requests that the actor could decide: of another person, in a domain where they may approve."""
    permissions = permissions_of(actor)
    waiting = ChangeRequest.objects.filter(status="SUBMITTED").exclude(requested_by=actor)
    if domain:
        return waiting.filter(domain=domain).count() if permissions.may("approve", domain) else 0
    if not permissions.everywhere("approve"):
        waiting = waiting.filter(domain__in=permissions.domains("approve"))
    return waiting.count()
