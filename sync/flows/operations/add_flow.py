from __future__ import annotations

from typing import Any, Final

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.events.operations.record import EventDraft, record
from mdm.governance.models import HUB
from mdm.kernel.constraints import translate
from mdm.kernel.errors import Invalid
from sync.flows.checking import check_ends, check_flow, direction_of, refusals
from sync.flows.models import Direction, Flow, FlowMode
from sync.targets.rights import require_operate

SETTINGS: Final = (
    "object",
    "pattern",
    "schedule",
    "time_zone",
    "record_filter",
    "attributes",
    "loser_policy",
    "volume_per_day",
    "latency",
    "owner",
    "expected_within",
)


@transaction.atomic
def add_flow(
    *,
    code: str,
    label: str,
    source: str,
    target: str,
    domain: str,
    actor: Actor,
    settings: dict[str, Any] | None = None,
    reason: str = "",
) -> Flow:
    """The flow is in the catalogue. One from the hub is off until it has a mapping; one that the hub does not carry is
    listed as active, so that loops through it are seen.

    `settings` may hold object, pattern, schedule, time_zone, record_filter, attributes, loser_policy, volume_per_day,
    latency, owner and expected_within. Raises: NotAllowed without `operate` on the system at the other end from the
    hub; NotFound for an unknown system or domain; Conflict for a code that is taken; Invalid naming what is wrong.
    """
    require_operate(actor, source if target == HUB else target)
    check_ends(source=source, target=target, domain=domain)
    direction = direction_of(source, target)
    flow = Flow(
        code=code,
        label=label.strip(),
        source_id=source,
        target_id=target,
        domain_id=domain,
        direction=direction,
        pattern="API",
        mode=FlowMode.OFF if direction == Direction.OUT else FlowMode.ACTIVE,
    )
    apply_settings(flow, settings or {})
    with translate(refusals(flow)):
        flow.save(force_insert=True)
    detail = {"source": source, "target": target, "settings": sorted(settings or {})}
    record(
        EventDraft(type="flow.added", domain=domain, subject=f"flow:{code}", reason=reason, detail=detail), actor=actor
    )
    return flow


def apply_settings(flow: Flow, settings: dict[str, Any]) -> None:
    """Set what may be set.

    Raises: Invalid naming the setting that is unknown or wrong.
    """
    for name, value in settings.items():
        if name not in SETTINGS:
            raise Invalid(f"{name[:40]!r} is no setting of a flow.", field=name[:40], remedy="Leave it out.")
        setattr(flow, name, value)
    if not flow.label:
        raise Invalid("The flow has no name.", field="label", remedy="Give it one.")
    check_flow(flow)
