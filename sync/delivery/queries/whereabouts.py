"""Where one golden record is: in which target, since when, and what it waits for there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mdm.accounts.models import Actor
from mdm.kernel.errors import NotFound
from mdm.records.queries.record_list import visible_goldens
from sync.delivery.models import Delivery
from sync.delivery.queries.connections import ConnectionState, connections
from sync.delivery.queries.log import next_at, shown_state
from sync.delivery.states import State
from sync.flows.models import Direction, Flow, FlowMode
from sync.targets.models import TargetRecord

HEALTHY = ("delivering", "idle")


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """One target object of a golden record: what is confirmed there, what is on its way, and who must act.

    `waits_for` is empty when nothing is waited for; `behind` says that the target holds an older version.
    """

    flow: Flow
    target: TargetRecord | None
    delivery: Delivery | None
    shown: str
    since: datetime | None
    waits_for: str
    next_at: datetime | None
    behind: bool


def whereabouts(*, actor: Actor, code: str) -> list[Whereabouts]:
    """Return one line per flow of the golden record's domain that carries or carried it.

    Raises: NotFound for an unknown code or one that the actor may not view.
    """
    golden = visible_goldens(actor=actor).filter(code=code).first()
    if golden is None:
        raise NotFound("There is no such golden record.", field="golden", value=code, remedy="Check the code.")
    newest: dict[tuple[str, str], Delivery] = {}
    for one in Delivery.objects.filter(golden=golden).order_by("queued_at", "id").exclude(state=State.SUPERSEDED):
        newest[one.connection_id, one.object] = one
    there = {(one.connection_id, one.object): one for one in TargetRecord.objects.filter(golden=golden)}
    health = {state.connection.pk: state for state in connections(actor=actor)}
    flows = Flow.objects.filter(domain=golden.domain_id, direction=Direction.OUT).select_related("target")
    return [
        _line(flow, there.get(lane), newest.get(lane), health.get(flow.target_id), golden.version_number)
        for flow in flows.order_by("pk")
        if (lane := (flow.target_id, flow.object)) in newest or lane in there or flow.mode != FlowMode.OFF
    ]


def _line(
    flow: Flow,
    target: TargetRecord | None,
    delivery: Delivery | None,
    connection: ConnectionState | None,
    version: int,
) -> Whereabouts:
    return Whereabouts(
        flow=flow,
        target=target,
        delivery=delivery,
        shown=shown_state(delivery) if delivery else ("CONFIRMED" if target else "NOT_SENT"),
        since=delivery.since if delivery else (target.confirmed_at if target else None),
        waits_for=_waits_for(delivery, connection),
        next_at=next_at(delivery) if delivery else None,
        behind=target is not None and target.confirmed_version < version,
    )


def _waits_for(delivery: Delivery | None, connection: ConnectionState | None) -> str:
    """Name who or what must act before the delivery moves on."""
    if delivery is None or delivery.state in (State.CONFIRMED, State.CANCELLED):
        return ""
    if delivery.state == State.REJECTED:
        return f"a steward: {delivery.error_message}" if delivery.error_message else "a steward"
    if delivery.state == State.DEAD:
        return "an engineer, who may send it again"
    if delivery.state == State.WAITING:
        return delivery.waits_for
    if delivery.state == State.HELD:
        return {
            "decision": "the time in which the decision may be undone",
            "shadow": "the flow to be activated",
            "schedule": "the flow's next run",
        }.get(delivery.hold_reason, delivery.hold_reason)
    if connection is not None and connection.health not in HEALTHY:
        return connection.cause
    return ""
