"""Sending again what was given up, or what the target refused."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from django.db import connection, transaction

from mdm.accounts.models import Actor
from mdm.events.operations.record import EventDraft, record
from mdm.kernel.errors import Conflict, NotFound
from sync.delivery.models import Delivery
from sync.delivery.operations.push_again import push_again
from sync.delivery.operations.replace import replace_if_newer
from sync.delivery.states import Cause, State
from sync.targets.rights import require_operate

What = Literal["current", "original"]
REVIVABLE = (State.DEAD, State.REJECTED)
# How many one call sends again: the rest is found by the next.
MOST = 5_000

_ORIGINAL = """
UPDATE delivery_delivery SET state = CASE WHEN in_doubt THEN 'UNKNOWN' ELSE 'PENDING' END,
    step = CASE WHEN in_doubt THEN step ELSE 'PUSH' END, since = clock_timestamp(), next_attempt_at = clock_timestamp(),
    tries = 0, crashes = 0, first_attempt_at = NULL, dead_cause = '', cause_key = ''
WHERE id = ANY(%s::uuid[]) AND state IN ('DEAD', 'REJECTED')
RETURNING id
"""


@transaction.atomic
def revive(*, delivery: UUID, what: What, actor: Actor, reason: str = "") -> int:
    """The delivery is made again: with the golden record as it is now (`current`, under the next push number), or just
    as it was (`original`, under its own key). Returns how many wait now.

    Raises: NotFound; NotAllowed without `operate` on its system; Conflict when it was not given up or refused, when a
    newer one stands for it, or when no flow carries its golden record any more.
    """
    found = Delivery.objects.select_for_update(no_key=True).filter(pk=delivery).first()
    if found is None:
        raise NotFound("There is no such delivery.", field="delivery", value=str(delivery), remedy="Reload the list.")
    require_operate(actor, found.connection_id)
    if found.state not in REVIVABLE:
        raise Conflict(
            f"The delivery is {State(found.state).label.lower()}.",
            field="delivery",
            value=str(delivery),
            remedy="Only what was given up or refused can be sent again.",
        )
    revived = _revive([found], what)
    if not revived:
        raise Conflict(
            "Nothing was sent again: a newer delivery stands for it, or no flow carries its golden record.",
            field="delivery",
            value=str(delivery),
            remedy="Look at the newest delivery of the golden record.",
        )
    _record(f"delivery:{delivery}", found.connection_id, what, revived, actor, reason)
    return revived


@transaction.atomic
def revive_cause(*, cause_key: str, what: What, actor: Actor, reason: str = "") -> int:
    """Everything that was given up or refused for this cause is made again, up to 5,000 at a time; returns how many.

    Raises: NotFound when nothing has that cause; NotAllowed without `operate` on the system.
    """
    dead = Delivery.objects.filter(cause_key=cause_key, state__in=REVIVABLE)
    first = dead.first() if cause_key else None
    if first is None:
        raise NotFound("Nothing failed for that cause.", field="cause", value=cause_key[:64], remedy="Reload the list.")
    require_operate(actor, first.connection_id)
    held = list(dead.select_for_update(no_key=True, skip_locked=True).order_by("pk")[:MOST])
    revived = _revive(held, what)
    _record(f"connection:{first.connection_id}", first.connection_id, what, revived, actor, reason)
    return revived


def _revive(deliveries: list[Delivery], what: What) -> int:
    if what == "current":
        lanes = sorted({(one.connection_id, one.object, one.golden_id) for one in deliveries})
        return len(push_again(lanes=lanes, cause=Cause.REPLAY))
    with connection.cursor() as cursor:
        cursor.execute(_ORIGINAL, [[one.pk for one in deliveries]])
        waiting = [pk for (pk,) in cursor.fetchall()]
    return len(waiting) - replace_if_newer(deliveries=waiting)


def _record(subject: str, system: str, what: str, count: int, actor: Actor, reason: str) -> None:
    detail = {"system": system, "what": what, "count": count}
    record(EventDraft(type="delivery.revived", domain="", subject=subject, reason=reason, detail=detail), actor=actor)
