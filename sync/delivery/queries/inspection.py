"""One delivery with everything that was tried: for whoever must find out why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of
from mdm.kernel.errors import NotFound
from mdm.matching.models import Decision
from sync.delivery.models import Delivery, DeliveryAttempt
from sync.delivery.queries.log import DeliveryLine, lines, visible_deliveries
from sync.targets.models import TargetRecord


@dataclass(frozen=True, slots=True)
class Inspection:
    """A delivery, its attempts (newest first), the decision behind it, and what the target was last confirmed to hold.

    `open` says whether the actor may read what was sent and answered: it holds values. `confirmed` is empty else.
    """

    line: DeliveryLine
    attempts: list[DeliveryAttempt]
    decision: Decision | None
    target: TargetRecord | None
    confirmed: Mapping[str, Any]
    open: bool
    may_operate: bool


def inspect(*, actor: Actor, delivery: UUID) -> Inspection:
    """Return one delivery with its attempts. Raises: NotFound, also where the actor may not view its domain."""
    found = visible_deliveries(actor=actor).filter(pk=delivery).first()
    if found is None:
        raise NotFound("There is no such delivery.", field="delivery", value=str(delivery), remedy="Reload the list.")
    permissions = permissions_of(actor)
    operates = permissions.may_system("operate", found.connection_id)
    readable = operates or permissions.may("reveal", found.golden.domain_id)
    target = TargetRecord.objects.filter(
        connection=found.connection_id, object=found.object, golden=found.golden_id
    ).first()
    return Inspection(
        line=lines(actor=actor, deliveries=[found])[0],
        attempts=list(DeliveryAttempt.objects.filter(delivery=found).order_by("-number")),
        decision=_decision(found),
        target=target,
        confirmed=(target.confirmed_fields or {}) if target and readable else {},
        open=readable,
        may_operate=operates,
    )


def _decision(found: Delivery) -> Decision | None:
    return Decision.objects.select_related("actor").filter(pk=found.decision).first() if found.decision else None
