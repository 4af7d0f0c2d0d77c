from __future__ import annotations

from uuid import UUID

from django.db import connection, transaction

from mdm.accounts.models import Actor
from mdm.events.operations.record import EventDraft, record
from mdm.kernel.errors import Conflict, NotFound
from sync.delivery.models import Delivery
from sync.delivery.operations.replace import replace_if_newer
from sync.targets.rights import require_operate

_LANDED = """
UPDATE delivery_delivery SET state = 'CONFIRMED', step = 'PUSH', in_doubt = false, since = clock_timestamp(),
    confirmed_at = clock_timestamp(), next_attempt_at = NULL, error_code = 'said_by_person'
WHERE id = %s AND state = 'UNKNOWN'
"""
_NOT_THERE = """
UPDATE delivery_delivery SET state = 'PENDING', step = 'PUSH', in_doubt = false, since = clock_timestamp(),
    next_attempt_at = clock_timestamp()
WHERE id = %s AND state = 'UNKNOWN'
"""


@transaction.atomic
def decide_unknown(*, delivery: UUID, landed: bool, actor: Actor, reason: str = "") -> None:
    """A person looked in the target: the delivery is confirmed, or it is certain that it did not arrive and it is sent
    again.

    Raises: NotFound; NotAllowed without `operate` on its system; Conflict when it is not unknown any more.
    """
    found = Delivery.objects.select_related("golden").filter(pk=delivery).first()
    if found is None:
        raise NotFound("There is no such delivery.", field="delivery", value=str(delivery), remedy="Reload the list.")
    require_operate(actor, found.connection_id)
    with connection.cursor() as cursor:
        cursor.execute(_LANDED if landed else _NOT_THERE, [delivery])
        if cursor.rowcount != 1:
            raise Conflict(
                "What became of the delivery is known by now.",
                field="delivery",
                value=str(delivery),
                remedy="Reload the page.",
            )
    replace_if_newer(deliveries=[] if landed else [delivery])
    detail = {"system": found.connection_id, "delivery": str(delivery), "landed": landed, "version": found.version}
    subject, domain = f"golden:{found.golden.code}", found.golden.domain_id
    draft = EventDraft(type="delivery.decided", domain=domain, subject=subject, reason=reason, detail=detail)
    record(draft, actor=actor)
    if landed:
        done = {
            "delivery": str(delivery),
            "system": found.connection_id,
            "object": found.object,
            "version": found.version,
            "operation": found.operation,
            "push_number": found.push_number,
            "cause": found.cause,
            "code": "said_by_person",
        }
        record(EventDraft(type="delivery.confirmed", domain=domain, subject=subject, detail=done), actor=actor)
