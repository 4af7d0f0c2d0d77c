"""A write that came after its time."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction

from mdm.accounts.models import Actor
from mdm.events.operations.record import EventDraft, record
from sync.connectors.interface import Outcome
from sync.delivery.operations.push_again import push_again
from sync.delivery.operations.settle import Ended
from sync.delivery.states import Cause

# Written after a newer one was confirmed: the target may hold the older content now.
_OVERTAKEN = """
SELECT EXISTS (SELECT FROM delivery_delivery d JOIN delivery_delivery n ON n.connection_id = d.connection_id
    AND n.object = d.object AND n.golden_id = d.golden_id AND (n.queued_at, n.id) > (d.queued_at, d.id)
    WHERE d.id = %s AND n.confirmed_at IS NOT NULL)
"""


@transaction.atomic
def heal_late(*, late: Sequence[Ended], actor: Actor) -> int:
    """Where a worker that had lost its lease wrote after a newer delivery of the lane was confirmed, the golden record
    as it stands is sent again; returns how many were.
    """
    healed = 0
    for one in late:
        if one.result.outcome not in (Outcome.APPLIED, Outcome.UNKNOWN) or not _overtaken(one):
            continue
        claimed = one.claimed
        queued = push_again(lanes=[(claimed.connection, claimed.object, claimed.golden)], cause=Cause.HEAL)
        if queued:
            detail = {"delivery": str(claimed.id), "system": claimed.connection, "healed_by": str(queued[0])}
            record(
                EventDraft(
                    type="delivery.late", domain=claimed.domain, subject=f"golden:{claimed.code}", detail=detail
                ),
                actor=actor,
            )
        healed += len(queued)
    return healed


def _overtaken(one: Ended) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_OVERTAKEN, [one.claimed.id])
        (overtaken,) = cursor.fetchone()
    return bool(overtaken)
