"""Sending what a golden record holds now once more, though it was sent before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from django.db import connection

from sync.delivery.draft import Draft
from sync.delivery.operations.queue import queue_deliveries
from sync.delivery.queries.lanes import LaneKey, carrying_flows, goldens_as_they_stand
from sync.delivery.states import HoldReason, Operation
from sync.delivery.wanted import FlowView, accepted, ids_for
from sync.flows.models import FlowMode

_LAST_PUSH = """
SELECT connection_id, object, golden_id, version, crosswalk_revision, mapping_id, max(push_number)
FROM delivery_delivery WHERE golden_id = ANY(%s::bigint[]) AND operation = 'UPSERT' GROUP BY 1, 2, 3, 4, 5, 6
"""


def push_again(*, lanes: Sequence[LaneKey], cause: str) -> list[UUID]:
    """In each lane that a flow carries, the golden record as it stands is queued under its next push number; returns
    the ids. Lives in the caller's transaction.
    """
    goldens = sorted({golden for _, _, golden in lanes})
    flows = {(flow.connection, flow.object): flow for flow in carrying_flows()}
    states = {
        state.id: state for state in goldens_as_they_stand(goldens, (n for flow in flows.values() for n in flow.ids))
    }
    pushes = _last_pushes(goldens)

    def drafts() -> Iterator[Draft]:
        for system, object_, golden in lanes:
            flow, state = flows.get((system, object_)), states.get(golden)
            if flow is None or state is None or not accepted(flow, state):
                continue
            before = pushes.get((system, object_, golden, state.version, state.revision, flow.mapping), 0)
            yield Draft(
                connection=system,
                flow=flow.code,
                object=object_,
                golden=golden,
                version=state.version,
                crosswalk_revision=state.revision,
                operation=Operation.UPSERT,
                mapping=flow.mapping,
                cause=cause,
                push_number=max(2, before + 1),
                ids=ids_for(flow, state),
                hold_reason=_hold(flow),
            )

    return queue_deliveries(list(drafts()))


def _hold(flow: FlowView) -> str:
    return HoldReason.SHADOW if flow.mode == FlowMode.SHADOW else HoldReason.NONE


def _last_pushes(goldens: Sequence[int]) -> dict[tuple[str, str, int, int, int, int], int]:
    with connection.cursor() as cursor:
        cursor.execute(_LAST_PUSH, [list(goldens)])
        return {tuple(key): push for *key, push in cursor.fetchall()}
