"""Compare by the clock what nobody compared by hand."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from mdm.accounts.models import Actor
from mdm.kernel.clock import database_now
from mdm.kernel.errors import Conflict
from sync.reconciliation.models import ReconciliationRun, RunKind
from sync.reconciliation.operations.reconcile import reconcile
from sync.reconciliation.queries.comparisons import comparable_flows
from sync.targets.models import Connection


def compare_due(*, actor: Actor) -> int:
    """Every target that tells what it holds and that was not compared for the installation's interval is compared
    whole, one job each; returns how many began. One that is paused or that nothing is sent to is left alone.

    Of two at once one begins a comparison, and the other finds it under way.
    """
    hours = settings.RECONCILE_HOURS
    if not hours:
        return 0
    since = database_now() - timedelta(hours=hours)
    sends = set(Connection.objects.filter(sending=True, status="OK").values_list("pk", flat=True))
    recent = set(
        ReconciliationRun.objects.filter(kind=RunKind.SCAN, started_at__gt=since).values_list("connection", "object")
    )
    due = [flow for flow in comparable_flows() if flow.target_id in sends]
    return sum(
        _begin(flow.target_id, flow.object, actor) for flow in due if (flow.target_id, flow.object) not in recent
    )


def _begin(system: str, object: str, actor: Actor) -> bool:
    try:
        reconcile(system=system, object=object, kind=RunKind.SCAN, actor=actor, reason="scheduled")
    except Conflict:
        return False
    return True
