"""What can be compared, and when it was last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Count

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of
from mdm.kernel.errors import Conflict
from sync.connectors.errors import BadSettings, UnknownKind
from sync.flows.models import Direction, Flow, FlowMode
from sync.flows.queries.catalogue import visible_flows
from sync.reconciliation.models import DriftFinding, DriftStatus, ReconciliationRun
from sync.reconciliation.reading import is_readable


@dataclass(frozen=True, slots=True)
class Comparison:
    """One object of one target that a flow carries records to: its last comparison, what is open of it, and whether
    the reader may compare it now.
    """

    flow: Flow
    last: ReconciliationRun | None
    open: int
    may_compare: bool

    @property
    def running(self) -> bool:
        return self.last is not None and self.last.finished_at is None


def comparisons(*, actor: Actor) -> list[Comparison]:
    """Return one per readable object that the actor may view flows to, in the order of systems and objects."""
    permissions = permissions_of(actor)
    counts = DriftFinding.objects.filter(status=DriftStatus.OPEN).values_list("connection", "object")
    open_ones = {(system, object_): n for system, object_, n in counts.annotate(n=Count("pk")).order_by()}
    last = {
        (run.connection_id, run.object): run
        for run in ReconciliationRun.objects.select_related("job")
        .order_by("connection", "object", "-started_at")
        .distinct("connection", "object")
    }
    return [
        Comparison(
            flow,
            last.get((flow.target_id, flow.object)),
            open_ones.get((flow.target_id, flow.object), 0),
            permissions.may_system("operate", flow.target_id),
        )
        for flow in _comparable(visible_flows(actor=actor).select_related("target").order_by("target", "object"))
    ]


def comparable_flows() -> list[Flow]:
    """Return the flows that records leave by, to targets that tell what they hold."""
    return list(_comparable(Flow.objects.order_by("target", "object")))


def _comparable(flows: Iterable[Flow]) -> Iterator[Flow]:
    for flow in flows:
        if flow.direction == Direction.OUT and flow.mode == FlowMode.ACTIVE and _readable(flow):
            yield flow


def _readable(flow: Flow) -> bool:
    try:
        return is_readable(flow.target_id, flow.object)
    except (BadSettings, UnknownKind, Conflict):
        return False
