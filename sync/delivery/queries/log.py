"""The delivery log: what moved, what waits and what failed, for those who may view the golden record's domain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q, QuerySet

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of
from mdm.records.models import GoldenRecord
from mdm.records.queries.record_list import described
from sync.delivery.models import Delivery
from sync.delivery.states import State

RETRYING: Final = "RETRYING"
"""What people call a delivery that waits after an attempt which failed: a state of the log, not of the protocol."""
PARKED: Final = "PARKED"
"""What people call a delivery that waits for another record."""

GROUPS: Final[dict[str, Q]] = {
    "failed": Q(state__in=(State.DEAD, State.REJECTED)),
    "retrying": Q(state=State.PENDING, attempt_count__gt=0) | Q(state=State.UNKNOWN),
    "held": Q(state=State.HELD),
    "waiting": Q(state__in=(State.PENDING, State.SENDING, State.ACCEPTED, State.WAITING)),
    "done": Q(state=State.CONFIRMED),
}


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """One delivery in a list. `shown` is its state in people's words, `next_at` when it moves by itself."""

    delivery: Delivery
    name: str
    shown: str
    next_at: datetime | None

    @property
    def pk(self) -> object:
        return self.delivery.pk


def visible_deliveries(
    *,
    actor: Actor,
    group: str = "",
    system: str = "",
    flow: str = "",
    code: str = "",
    cause: str = "",
    decision: str = "",
) -> QuerySet[Delivery]:
    """Return the deliveries of golden records that the actor may view and that fit every filter given."""
    permissions = permissions_of(actor)
    found = Delivery.objects.select_related("golden", "flow", "connection")
    if not permissions.everywhere("view"):
        found = found.filter(golden__domain__in=permissions.domains("view"))
    if group:
        found = found.filter(GROUPS.get(group, Q(state=group)))
    for name, value in (("connection", system), ("flow", flow), ("golden__code", code), ("cause_key", cause)):
        if value:
            found = found.filter(**{name: value})
    return found.filter(decision=decision) if decision else found


def lines(*, actor: Actor, deliveries: Sequence[Delivery]) -> list[DeliveryLine]:
    """Return one line per delivery, in the order given, in a fixed number of statements."""
    goldens: dict[int, GoldenRecord] = {one.golden_id: one.golden for one in deliveries}
    names = {line.id: line.name for line in described(actor=actor, goldens=list(goldens.values()))}
    return [
        DeliveryLine(one, names.get(one.golden_id, one.golden.code), shown_state(one), next_at(one))
        for one in deliveries
    ]


def shown_state(delivery: Delivery) -> str:
    """Return the state as people see it: a pending delivery that failed before is being retried."""
    if delivery.state == State.WAITING:
        return PARKED
    return RETRYING if delivery.state == State.PENDING and delivery.attempt_count > 0 else str(delivery.state)


def next_at(delivery: Delivery) -> datetime | None:
    """Return when the delivery moves by itself; None when it does not, or at once."""
    if delivery.state == State.HELD:
        return delivery.hold_until
    return delivery.next_attempt_at if delivery.state in (State.PENDING, State.UNKNOWN, State.ACCEPTED) else None
