"""Changes of a flow, and what they mean for what it carries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction

from mdm.accounts.models import Actor
from mdm.accounts.queries import machine_actor
from mdm.jobs.models import Job
from mdm.jobs.operations.submit import submit
from mdm.jobs.registry import ChunkDraft
from sync.delivery.operations.cancel import cancel_flow
from sync.delivery.operations.release_held import release_flow
from sync.flows.models import Direction, Flow, FlowMode, MappingVersion
from sync.flows.operations.publish_mapping import publish_mapping
from sync.flows.operations.set_mode import set_mode
from sync.flows.operations.update_flow import update_flow

FAN_OUT_JOB = "fan-out"

_TO_SHADOW = """
UPDATE delivery_delivery SET state = 'HELD', hold_reason = 'shadow', hold_until = NULL, since = clock_timestamp(),
    next_attempt_at = NULL
WHERE flow_id = %s AND state IN ('PENDING', 'HELD', 'WAITING')
"""
_TO_SCHEDULE = """
UPDATE delivery_delivery SET hold_reason = 'schedule' WHERE flow_id = %s AND state = 'HELD' AND hold_reason = 'shadow'
"""


@transaction.atomic
def set_flow_mode(*, flow: str, mode: str, actor: Actor, reason: str = "") -> Flow:
    """The flow is OFF, SHADOW or ACTIVE, and what it carries follows: off, nothing waits any more; in shadow, what
    would be sent is held; active, it leaves, and a job queues every released record that it accepts.

    Raises: as `sync.flows.operations.set_mode`.
    """
    before = Flow.objects.filter(pk=flow).values_list("mode", flat=True).first()
    changed = set_mode(code=flow, mode=mode, actor=actor, reason=reason)
    if changed.direction != Direction.OUT or before == mode:
        return changed
    if mode == FlowMode.OFF:
        cancel_flow(flow=flow)
        return changed
    if mode == FlowMode.SHADOW:
        _run(_TO_SHADOW, flow)
    elif changed.schedule:
        _run(_TO_SCHEDULE, flow)
    else:
        release_flow(flow=flow, hold_reason="shadow")
    _fan_out(changed, reason)
    return changed


@transaction.atomic
def publish_flow_mapping(*, flow: str, content: Mapping[str, Any], actor: Actor, reason: str = "") -> MappingVersion:
    """`content` is the flow's mapping from now on, and what it carries is delivered again where it makes a difference.

    Raises: as `sync.flows.operations.publish_mapping`.
    """
    before = Flow.objects.filter(pk=flow).values_list("mapping_id", flat=True).first()
    version = publish_mapping(flow=flow, content=content, actor=actor, reason=reason)
    if version.pk != before:
        _fan_out(Flow.objects.get(pk=flow), reason)
    return version


@transaction.atomic
def change_flow(*, flow: str, changes: dict[str, Any], actor: Actor, reason: str = "") -> Flow:
    """The flow has the settings in `changes`; where its filter or schedule is another, what it carries follows.

    Raises: as `sync.flows.operations.update_flow`.
    """
    changed = update_flow(code=flow, changes=changes, actor=actor, reason=reason)
    if "schedule" in changes and not changed.schedule:
        release_flow(flow=flow, hold_reason="schedule")
    if {"record_filter", "loser_policy", "object"} & set(changes):
        _fan_out(changed, reason)
    return changed


def _fan_out(flow: Flow, reason: str) -> Job | None:
    """A job looks at every released record of the domain for this flow; the hub itself asks for it."""
    if flow.direction != Direction.OUT or flow.mode == FlowMode.OFF or flow.mapping_id is None:
        return None
    return submit(
        kind=FAN_OUT_JOB,
        domain=flow.domain_id,
        label=f"Queue what {flow.label} carries",
        params={"flow": flow.pk},
        actor=machine_actor(),
        chunks=[ChunkDraft(payload={"after": 0})],
        reason=reason,
    )


def _run(statement: str, flow: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [flow])
