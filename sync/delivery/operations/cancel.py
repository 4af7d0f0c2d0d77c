"""What is not to be sent any more."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import connection, transaction

from mdm.accounts.models import Actor
from mdm.events.operations.record import EventDraft, record
from mdm.kernel.errors import Conflict, NotFound
from sync.delivery.models import Delivery
from sync.delivery.states import REPLACEABLE, State
from sync.targets.rights import require_operate

_CANCELLED = """
UPDATE delivery_delivery d SET state = 'CANCELLED', since = clock_timestamp(), next_attempt_at = NULL,
    hold_until = NULL, error_code = %s
"""
_LANES = f"""{_CANCELLED}
FROM unnest(%s::text[], %s::text[], %s::bigint[]) AS lane (connection, object, golden)
WHERE d.connection_id = lane.connection AND d.object = lane.object AND d.golden_id = lane.golden
  AND d.operation = ANY(%s::text[]) AND d.state = ANY(%s::text[])
"""
_UNDONE = f"""{_CANCELLED}
FROM matching_decision x
WHERE x.id = d.decision AND x.undone_by_id IS NOT NULL AND d.state = ANY(%s::text[])
RETURNING d.golden_id
"""


def cancel_lanes(*, lanes: Sequence[tuple[str, str, int]], operations: Sequence[str]) -> int:
    """None of these operations waits in these lanes any more: their golden records as they stand ask for others."""
    if not lanes:
        return 0
    columns = [list(column) for column in zip(*lanes, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_LANES, ["not_wanted", *columns, list(operations), list(REPLACEABLE)])
        return int(cursor.rowcount)


def cancel_flow(*, flow: str) -> int:
    """Nothing of the flow waits any more."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_CANCELLED} WHERE d.flow_id = %s AND d.state = ANY(%s::text[])", ["flow_off", flow, list(REPLACEABLE)]
        )
        return int(cursor.rowcount)


def cancel_undone() -> list[int]:
    """Nothing waits that carries a decision which was undone; returns whose golden records' deliveries did."""
    with connection.cursor() as cursor:
        cursor.execute(_UNDONE, ["undone", list(REPLACEABLE)])
        return sorted(golden for (golden,) in cursor.fetchall())


@transaction.atomic
def cancel_delivery(*, delivery: UUID, actor: Actor, reason: str = "") -> None:
    """The delivery is not sent; a later change of its golden record sends again.

    Raises: NotFound; NotAllowed without `operate` on its system; Conflict when it is under way, unknown or over.
    """
    found = Delivery.objects.select_related("golden").filter(pk=delivery).first()
    if found is None:
        raise NotFound("There is no such delivery.", field="delivery", value=str(delivery), remedy="Reload the list.")
    require_operate(actor, found.connection_id)
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_CANCELLED} WHERE d.id = %s AND d.state = ANY(%s::text[])", ["cancelled", delivery, list(REPLACEABLE)]
        )
        if cursor.rowcount != 1:
            raise Conflict(
                f"The delivery is {State(found.state).label.lower()} and cannot be cancelled.",
                field="delivery",
                value=str(delivery),
                remedy="Wait until it has ended.",
            )
    record(
        EventDraft(
            type="delivery.cancelled",
            domain=found.golden.domain_id,
            subject=f"golden:{found.golden.code}",
            reason=reason,
            detail={"system": found.connection_id, "delivery": str(found.pk), "version": found.version},
        ),
        actor=actor,
    )
