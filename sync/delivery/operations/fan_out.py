"""From changed golden records to deliveries: the outbox is read in order, and each record as it stands now."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, LiteralString
from uuid import UUID

from django.db import connection, transaction

from mdm.governance.models import DomainPolicy
from mdm.kernel.faults import point
from mdm.kernel.prepared import fetch_prepared
from sync.delivery import limits
from sync.delivery.operations.cancel import cancel_lanes
from sync.delivery.operations.queue import queue_deliveries
from sync.delivery.queries.lanes import LaneKey, carrying_flows, goldens_as_they_stand, lanes_of
from sync.delivery.states import Operation
from sync.delivery.wanted import NO_CHANGE, Change, FlowView, Lane, accepted, wanted

CHANGED: Final = "golden.changed"
ATTACHED: Final = "id.attached"
HELD_KINDS: Final = ("golden.merged", "golden.split", "golden.unmerged")
UNDOING_KINDS: Final = ("decision.undone", "golden.unmerged")
MESSAGES: Final = 200
SLICE: Final = 500

# Whoever is stopped while he holds the cursor loses it as he would lose a lease: nobody else could read on.
_CURSOR: Final[LiteralString] = """
SELECT xid, message, set_config('idle_in_transaction_session_timeout', %(lease)s, true)
FROM delivery_fanoutcursor WHERE id = 1 FOR NO KEY UPDATE SKIP LOCKED
"""
# Below the oldest running transaction nothing can still appear: what commits late has its place in the order.
_UNREAD: Final[LiteralString] = """
SELECT xid::text::bigint, id, type, domain, detail::text, created_at FROM events_outboxmessage
WHERE (xid, id) > (%(xid)s::text::xid8, %(message)s) AND xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY xid, id LIMIT %(limit)s
"""
_MOVE = "UPDATE delivery_fanoutcursor SET xid = %s, message = %s, moved_at = clock_timestamp() WHERE id = 1"


@dataclass(frozen=True, slots=True)
class FanOut:
    """What one call read and queued. `more`: there may be further messages."""

    messages: int = 0
    queued: int = 0
    more: bool = False


@transaction.atomic
def fan_out(*, limit: int = MESSAGES) -> FanOut:
    """Every released golden record that the next messages of the outbox name has, in each flow that carries it, the
    delivery that its present state asks for; what waits for it where no flow carries it any more is cancelled.

    Of two at once one reads and the other returns: nothing is queued twice, whoever dies.
    """
    unread = _unread(limit)
    if not unread:
        return FanOut()
    flows = carrying_flows()
    read = {name for flow in flows for name in flow.ids}
    changes = _changes([row for row in unread if row[2] == CHANGED and _concerns(row[4], read)])
    queued = sum(queue_for(part, changes, flows=flows) for part in _slices(changes))
    point("delivery.in_fan_out")
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, [unread[-1][0], unread[-1][1]])
    return FanOut(len(unread), queued, len(unread) == limit)


def queue_for(
    goldens: Sequence[int], changes: Mapping[int, Change] | None = None, *, flows: Sequence[FlowView] | None = None
) -> int:
    """The golden records' lanes hold what their present state asks for, in `flows` or every flow; returns how many
    deliveries are new. Lives in the caller's transaction.
    """
    carried = carrying_flows() if flows is None else list(flows)
    if not carried or not goldens:
        return 0
    standing = goldens_as_they_stand(goldens, (name for flow in carried for name in flow.ids))
    lanes, drafts = lanes_of(goldens), []
    carried_lanes, others = list[LaneKey](), list[LaneKey]()
    for golden in standing:
        change = (changes or {}).get(golden.id, NO_CHANGE)
        for flow in carried:
            if flow.domain != golden.domain:
                continue
            key = (flow.connection, flow.object, golden.id)
            drafts += wanted(flow, golden, lanes.get(key, Lane()), change)
            if key in lanes:
                (carried_lanes if accepted(flow, golden) else others).append(key)
    cancel_lanes(lanes=carried_lanes, operations=[Operation.BLOCK])
    cancel_lanes(lanes=others, operations=[Operation.UPSERT, Operation.UNBLOCK])
    return len(queue_deliveries(drafts))


def _unread(limit: int) -> list[Any]:
    for xid, message, _ in fetch_prepared(_CURSOR, {"lease": f"{limits.lease_seconds():g}s"}):
        return fetch_prepared(_UNREAD, {"xid": str(xid), "message": message, "limit": limit})
    return []


def _changes(messages: Iterable[Any]) -> dict[int, Change]:
    """Per golden record the last cause; a hold that began in between holds what follows, until it is taken back."""
    changes: dict[int, Change] = {}
    holds = _HoldSeconds()
    for _, _, _, domain, text, created_at in messages:
        detail = json.loads(text)
        change = _change(detail, holds.until(detail["kind"], domain, created_at))
        for golden in detail["goldens"]:
            changes[golden] = _joined(changes.get(golden), change)
    return changes


def _concerns(text: str, read: Collection[str]) -> bool:
    """Whether a message may change what some flow carries: an identifier that no mapping reads does not."""
    detail = json.loads(text)
    return detail["kind"] != ATTACHED or detail.get("id_type") is None or detail["id_type"] in read


def _change(detail: Mapping[str, Any], hold_until: datetime | None) -> Change:
    decision = UUID(detail["decision"]) if detail.get("decision") else None
    return Change(decision, hold_until, detail["kind"] in UNDOING_KINDS)


def _joined(earlier: Change | None, change: Change) -> Change:
    if earlier is None or earlier.hold_until is None or change.compensates:
        return change
    if change.hold_until is None:
        return replace(change, hold_until=earlier.hold_until, decision=change.decision or earlier.decision)
    return replace(change, hold_until=max(change.hold_until, earlier.hold_until))


class _HoldSeconds(defaultdict[str, int]):
    """How long the domains hold what a decision causes, read once each."""

    def __missing__(self, domain: str) -> int:
        policy = DomainPolicy.objects.filter(pk=domain).first() or DomainPolicy()
        self[domain] = policy.hold_seconds
        return self[domain]

    def until(self, kind: str, domain: str, moment: datetime) -> datetime | None:
        seconds = self[domain] if kind in HELD_KINDS else 0
        return moment + timedelta(seconds=seconds) if seconds else None


def _slices(changes: Mapping[int, Change]) -> Iterator[list[int]]:
    goldens = sorted(changes)
    for start in range(0, len(goldens), SLICE):
        yield goldens[start : start + SLICE]
