from __future__ import annotations

from typing import Any

from mdm.accounts.models import Actor
from mdm.events.operations.record import EventDraft, record
from mdm.governance.models import HUB
from mdm.kernel.clock import database_now
from mdm.kernel.constraints import translate
from mdm.kernel.errors import NotFound
from sync.flows.checking import refusals
from sync.flows.models import Flow
from sync.flows.operations.add_flow import apply_settings
from sync.targets.rights import require_operate


def update_flow(*, code: str, changes: dict[str, Any], actor: Actor, reason: str = "") -> Flow:
    """The flow has the settings in `changes` (those of `add_flow`, and label). Lives in the caller's transaction.

    Raises: NotFound; NotAllowed without `operate` on its system; Invalid naming what is wrong.
    """
    flow = held_flow(code)
    require_operate(actor, far_end(flow))
    settings = dict(changes)
    flow.label = str(settings.pop("label", flow.label)).strip()
    apply_settings(flow, settings)
    fields = list(changes)
    if {"schedule", "time_zone"} & set(changes):
        flow.scheduled_from = database_now()
        fields.append("scheduled_from")
    with translate(refusals(flow)):
        flow.save(update_fields=fields)
    detail = {"settings": sorted(changes)}
    draft = EventDraft(type="flow.changed", domain=flow.domain_id, subject=f"flow:{code}", reason=reason, detail=detail)
    record(draft, actor=actor)
    return flow


def held_flow(code: str) -> Flow:
    """Return the flow, held until the transaction ends.

    Raises: NotFound.
    """
    flow = Flow.objects.select_for_update(no_key=True).filter(pk=code).first()
    if flow is None:
        raise NotFound("There is no such flow.", field="flow", value=code[:60], remedy="Look it up in the catalogue.")
    return flow


def far_end(flow: Flow) -> str:
    """Return the system at the other end from the hub, whose operators answer for the flow."""
    return flow.source_id if flow.target_id == HUB else flow.target_id
