"""Propose a change that another person approves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of, require
from mdm.events.operations.record import REASON, EventDraft, record
from mdm.kernel.clock import database_now
from mdm.kernel.constraints import translate
from mdm.kernel.errors import Conflict, DomainError, Invalid, NotFound
from mdm.records.models import GoldenRecord
from mdm.records.next_versions import LIVING
from mdm.records.pinnable import checked_value
from mdm.stewardship.models import ChangeRequest, ChangeRequestItem, RequestKind, RequestStatus

MOST_VALUES = 100


@transaction.atomic
def submit_change_request(
    *, golden_code: str, values: Mapping[str, Any], reason: str, actor: Actor, origin: str = ""
) -> ChangeRequest:
    """The golden record's `values` by path wait for approval by another person; nothing about it has changed yet.

    `origin` names what made the request, such as `drift:9`. Raises: NotFound, also for a record the actor may not view;
    NotAllowed without `propose`; Invalid for a value its attribute does not take; Conflict when the record lives no
    more, or another open request is about one of the values.
    """
    golden = _living(golden_code, actor)
    if not values or len(values) > MOST_VALUES:
        raise Invalid(
            "A change request holds 1 to 100 values.", field="values", value=str(len(values)), remedy="Split it."
        )
    if not reason.strip() or len(reason) > REASON:
        raise Invalid("A change request needs a reason.", field="reason", remedy=f"Say why, in {REASON} characters.")
    checked = {path: checked_value(golden.domain_id, path, value) for path, value in values.items()}
    kind = RequestKind.VALUE if origin else RequestKind.EDIT
    return open_request(golden=golden, kind=kind, values=checked, reason=reason.strip(), actor=actor, origin=origin)


def open_request(
    *, golden: GoldenRecord, kind: str, values: Mapping[str, Any], reason: str, actor: Actor, origin: str
) -> ChangeRequest:
    """The request waits, with an item per value. Lives in the caller's transaction, which has checked the right.

    Raises: Conflict when another open request is about one of the values, or has the same origin.
    """
    with translate(_refusals(golden.code)):
        request = ChangeRequest.objects.create(
            domain_id=golden.domain_id,
            kind=kind,
            status=RequestStatus.SUBMITTED,
            requested_by=actor,
            reason=reason,
            origin=origin,
            created_at=database_now(),
        )
        ChangeRequestItem.objects.bulk_create(
            ChangeRequestItem(
                request=request, golden=golden, path=path, value=value, base_version=golden.version_number, open=True
            )
            for path, value in sorted(values.items())
        )
    record(
        EventDraft(
            type="change_request.submitted",
            domain=golden.domain_id,
            subject=f"change_request:{request.pk}",
            reason=reason,
            detail={"golden": golden.code, "paths": sorted(values), "origin": origin},
        ),
        actor=actor,
    )
    return request


def _living(code: str, actor: Actor) -> GoldenRecord:
    golden = GoldenRecord.objects.filter(code=code).first()
    if golden is None or not permissions_of(actor).may("view", golden.domain_id):
        raise NotFound("There is no such golden record.", field="golden", value=code, remedy="Check the code.")
    require(actor, "propose", golden.domain_id)
    if golden.status not in LIVING:
        raise Conflict(
            f"{code} is {golden.status.lower()}.", field="golden", value=code, remedy="Open its successor instead."
        )
    return golden


def _refusals(code: str) -> dict[str, Callable[[], DomainError]]:
    return {
        "change_request_scopes_never_overlap": lambda: Conflict(
            f"Another open change request is about the same values of {code}.",
            field="values",
            value=code,
            remedy="Decide or withdraw that one first.",
        ),
        "change_request_one_per_origin": lambda: Conflict(
            "This was proposed already and waits for approval.", field="origin", remedy="Decide the open request."
        ),
    }
