from __future__ import annotations

from mdm.accounts.models import Actor
from mdm.events.operations.record import EventDraft, record
from mdm.kernel.clock import database_now
from mdm.kernel.constraints import translate
from mdm.kernel.errors import Conflict, Invalid
from sync.flows.models import Direction, Flow, FlowMode
from sync.flows.operations.update_flow import far_end, held_flow
from sync.flows.queries.graph import loops_of
from sync.targets.models import Connection
from sync.targets.rights import require_operate


def set_mode(*, code: str, mode: str, actor: Actor, reason: str = "") -> Flow:
    """The flow is OFF, SHADOW or ACTIVE. Lives in the caller's transaction.

    Raises: NotFound; NotAllowed without `operate` on its system; Conflict without a mapping or connection, and when an
    active flow would close a loop that leads through another system; Invalid for an unknown mode.
    """
    flow = held_flow(code)
    require_operate(actor, far_end(flow))
    if mode not in FlowMode.values:
        raise Invalid(f"{mode[:20]!r} is no mode.", field="mode", remedy=f"Use one of {', '.join(FlowMode.values)}.")
    if flow.mode == mode:
        return flow
    if mode != FlowMode.OFF:
        _check_ready(flow)
    if mode == FlowMode.ACTIVE:
        _check_loops(flow)
    was = flow.mode
    taken = Conflict(
        f"Another flow carries {flow.domain_id} to {flow.object} of {flow.target_id}.",
        field="mode",
        remedy="Set that one off first.",
    )
    with translate({"flow_one_per_target_object": lambda: taken}):
        Flow.objects.filter(pk=code).update(mode=mode, scheduled_from=database_now())
    flow.mode = mode
    detail = {"mode": mode, "was": was}
    draft = EventDraft(
        type="flow.mode_set", domain=flow.domain_id, subject=f"flow:{code}", reason=reason, detail=detail
    )
    record(draft, actor=actor)
    return flow


def _check_ready(flow: Flow) -> None:
    if flow.direction != Direction.OUT:
        return
    if flow.mapping_id is None or not flow.object:
        raise Conflict("The flow has no mapping.", field="mapping", remedy="Choose its object and publish a mapping.")
    if not Connection.objects.filter(pk=flow.target_id).exists():
        raise Conflict(f"{flow.target_id} has no connection.", field="target", remedy="Add the connection first.")


def _check_loops(flow: Flow) -> None:
    for loop in loops_of(flow):
        raise Conflict(
            f"The flow would close a loop: {loop}.",
            field="mode",
            value=", ".join(loop.flows),
            remedy="Stop one of these flows, or take the attributes out of one of their mappings.",
        )
