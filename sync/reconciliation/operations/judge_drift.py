"""What a person does about a difference."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.events.operations.record import EventDraft, record
from mdm.kernel.clock import database_now
from mdm.kernel.errors import Conflict, Invalid, NotFound
from mdm.stewardship.models import ChangeRequest
from mdm.stewardship.operations.submit_change_request import submit_change_request
from sync.delivery.operations.push_again import push_again
from sync.delivery.states import Cause
from sync.reconciliation.models import DriftFinding, DriftStatus
from sync.reconciliation.taking import golden_value
from sync.targets.rights import require_operate

OPEN = (DriftStatus.OPEN, DriftStatus.IGNORED)


@transaction.atomic
def heal_drift(*, finding: int, actor: Actor, reason: str = "") -> int:
    """The golden record is sent once more, over whatever the target holds; every difference of that record there is
    healed with it. Returns how many were.

    Raises: NotFound; NotAllowed without `operate` on the system; Conflict when the finding is closed, or no flow
    carries the golden record any more.
    """
    found = _held(finding)
    require_operate(actor, found.connection_id)
    lane = (found.connection_id, found.object, found.golden_id)
    queued = push_again(lanes=[lane], cause=Cause.HEAL)
    if not queued:
        raise Conflict(
            f"No flow carries {found.golden.code} to {found.connection_id} any more.",
            field="finding",
            value=str(finding),
            remedy="Leave the record there, or take its value as a proposal.",
        )
    healed = DriftFinding.objects.filter(
        connection=found.connection_id, object=found.object, golden=found.golden_id, status__in=OPEN
    ).update(
        status=DriftStatus.HEALED, delivery=queued[0], closed_at=database_now(), closed_by=actor, ignore_until=None
    )
    _record("drift.healed", found, actor, reason, delivery=str(queued[0]), count=healed)
    return healed


@transaction.atomic
def propose_drift(*, finding: int, actor: Actor, reason: str) -> ChangeRequest:
    """The value that the target holds is proposed for the golden record; another person approves it.

    Raises: NotFound; NotAllowed without `propose` in the domain; Conflict when the finding is closed or the value is
    proposed already; Invalid when the field has no golden attribute of its own, or its value none that would read so.
    """
    found = _held(finding)
    value = golden_value(found)
    request = submit_change_request(
        golden_code=found.golden.code, values={found.path: value}, reason=reason, actor=actor, origin=f"drift:{finding}"
    )
    DriftFinding.objects.filter(pk=finding).update(
        status=DriftStatus.PROPOSED,
        change_request=request.pk,
        closed_at=database_now(),
        closed_by=actor,
        ignore_until=None,
    )
    _record("drift.proposed", found, actor, reason, change_request=request.pk)
    return request


@transaction.atomic
def ignore_drift(*, finding: int, until: datetime, actor: Actor, reason: str = "") -> None:
    """The difference is not shown as open until then.

    Raises: NotFound; NotAllowed without `operate` on the system; Conflict when the finding is closed; Invalid for a
    time that is past.
    """
    found = _held(finding)
    require_operate(actor, found.connection_id)
    if until <= database_now():
        raise Invalid("That time is past.", field="until", value=until.isoformat(), remedy="Choose a later one.")
    DriftFinding.objects.filter(pk=finding).update(status=DriftStatus.IGNORED, ignore_until=until)
    _record("drift.ignored", found, actor, reason)


def _held(finding: int) -> DriftFinding:
    found = (
        DriftFinding.objects.select_for_update(no_key=True, of=("self",)).select_related("golden").filter(pk=finding)
    )
    one = found.first()
    if one is None:
        raise NotFound("There is no such finding.", field="finding", value=str(finding), remedy="Reload the list.")
    if one.status not in OPEN:
        raise Conflict(
            f"The finding is {DriftStatus(one.status).label.lower()}.",
            field="finding",
            value=str(finding),
            remedy="Reload the list.",
        )
    return one


def _record(type: str, found: DriftFinding, actor: Actor, reason: str, **more: Any) -> None:
    detail = {"finding": found.pk, "system": found.connection_id, "object": found.object, **more}
    subject, domain = f"golden:{found.golden.code}", found.golden.domain_id
    record(EventDraft(type=type, domain=domain, subject=subject, reason=reason, detail=detail), actor=actor)
