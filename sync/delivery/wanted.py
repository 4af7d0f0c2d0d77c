"""What a golden record's present state asks of a flow. Pure: the fan-out and the shadow share it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sync.delivery.draft import Draft
from sync.delivery.states import OPEN, Cause, HoldReason, Operation, State
from sync.flows.models import FlowMode, LoserPolicy

GONE: Final = ("REDIRECTED", "SPLIT", "RETIRED")
Ids = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FlowView:
    """A flow as the fan-out sees it; `ids` names the identifiers that its mapping reads."""

    code: str
    connection: str
    domain: str
    object: str
    mapping: int
    mode: str
    scheduled: bool
    loser_policy: str
    accepts: Callable[[Mapping[str, Any]], bool]
    ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class GoldenState:
    """A golden record as it stands; `ids` are its open identifiers by name, the oldest of each."""

    id: int
    code: str
    domain: str
    status: str
    version: int
    revision: int
    values: Mapping[str, Any]
    ids: Ids


@dataclass(frozen=True, slots=True)
class Latest:
    """The delivery queued last in a lane, of one operation."""

    version: int
    revision: int
    mapping: int
    push_number: int
    state: str
    ids: Ids


@dataclass(frozen=True, slots=True)
class Lane:
    """What a lane holds: the newest delivery by operation, and whether we blocked the record (None: not there)."""

    latest: Mapping[str, Latest] = field(default_factory=dict)
    blocked: bool | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Why the fan-out looks at a golden record: the decision behind it, how long it is held, whether it takes back."""

    decision: UUID | None = None
    hold_until: datetime | None = None
    compensates: bool = False


NO_CHANGE: Final = Change()


def wanted(flow: FlowView, golden: GoldenState, lane: Lane, change: Change = NO_CHANGE) -> list[Draft]:
    """Return the deliveries that are due and not yet queued."""
    if accepted(flow, golden):
        drafts = [_draft(flow, golden, Operation.UNBLOCK, lane, change)] if lane.blocked else []
        return drafts + ([_draft(flow, golden, Operation.UPSERT, lane, change)] if _news(flow, golden, lane) else [])
    return [_draft(flow, golden, Operation.BLOCK, lane, change)] if _to_be_blocked(flow, golden, lane) else []


def accepted(flow: FlowView, golden: GoldenState) -> bool:
    """Whether the flow carries the golden record as it stands; what waits for it otherwise is to be cancelled."""
    return golden.status == "ACTIVE" and flow.accepts(golden.values)


def _to_be_blocked(flow: FlowView, golden: GoldenState, lane: Lane) -> bool:
    """What stands in the target and is the hub's word no more: a loser where the flow says so, and what an undo took
    back from being released, which may not be left to be worked with.
    """
    last = lane.latest.get(Operation.BLOCK)
    queued = last is not None and last.version == golden.version and last.state in (*OPEN, State.DEAD)
    if lane.blocked is not False or queued:
        return False
    return golden.status == "CANDIDATE" or (golden.status in GONE and flow.loser_policy == LoserPolicy.BLOCK)


def ids_for(flow: FlowView, golden: GoldenState) -> dict[str, str]:
    """Return the identifiers that the flow's mapping reads, as far as the golden record has them."""
    return {name: golden.ids[name] for name in sorted(flow.ids) if name in golden.ids}


def _news(flow: FlowView, golden: GoldenState, lane: Lane) -> bool:
    last = lane.latest.get(Operation.UPSERT)
    if last is None or last.state == State.CANCELLED:
        return True
    return (last.version, last.mapping, last.ids) != (golden.version, flow.mapping, ids_for(flow, golden))


def _draft(flow: FlowView, golden: GoldenState, operation: str, lane: Lane, change: Change) -> Draft:
    last = lane.latest.get(operation)
    reason, until = _hold(flow, change)
    return Draft(
        connection=flow.connection,
        flow=flow.code,
        object=flow.object,
        golden=golden.id,
        version=golden.version,
        crosswalk_revision=golden.revision,
        operation=operation,
        mapping=flow.mapping,
        cause=_cause(flow, golden, last, change),
        push_number=_push_number(flow, golden, last),
        ids=ids_for(flow, golden),
        decision=change.decision,
        hold_reason=reason,
        hold_until=until,
    )


def _push_number(flow: FlowView, golden: GoldenState, last: Latest | None) -> int:
    """What was queued in the same form before and is over is pushed anew under the next number."""
    same = last is not None and (last.version, last.revision, last.mapping) == (
        golden.version,
        golden.revision,
        flow.mapping,
    )
    return last.push_number + 1 if last is not None and same else 1


def _cause(flow: FlowView, golden: GoldenState, last: Latest | None, change: Change) -> str:
    if change.compensates:
        return Cause.COMPENSATION
    if last is None or last.version != golden.version:
        return Cause.VERSION
    return Cause.MAPPING if last.mapping != flow.mapping else Cause.CROSSWALK


def _hold(flow: FlowView, change: Change) -> tuple[str, datetime | None]:
    if flow.mode == FlowMode.SHADOW:
        return HoldReason.SHADOW, None
    if change.hold_until is not None:
        return HoldReason.DECISION, change.hold_until
    return (HoldReason.SCHEDULE, None) if flow.scheduled else (HoldReason.NONE, None)
