"""Approve, reject or withdraw a change request."""

from __future__ import annotations

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of, require
from mdm.events.operations.record import REASON, EventDraft, record
from mdm.kernel.clock import database_now
from mdm.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from mdm.records.models import Finding
from mdm.records.operations.accept_values import accept_values
from mdm.records.operations.pin_values import pin_values
from mdm.stewardship.models import ChangeRequest, ChangeRequestItem, RequestStatus

FINDING = "finding:"


@transaction.atomic
def approve_change_request(*, request: int, actor: Actor, note: str = "") -> ChangeRequest:
    """What the request proposes counts: a proposed source value is let in, any other value is pinned.

    Raises: NotFound; NotAllowed without `approve`, and for whoever requested it; Conflict when it is decided already,
    when what it is about has changed since, or when its golden record lives no more.
    """
    found = _waiting(request, actor)
    _require_another(found, actor)
    _end(found, RequestStatus.APPROVED, actor, note)
    _apply(found, actor)
    _tell(found, "change_request.approved", actor, note)
    return found


@transaction.atomic
def reject_change_request(*, request: int, actor: Actor, note: str) -> ChangeRequest:
    """Nothing of the request counts, and `note` says why; a finding that it came from is answered with it.

    Raises: NotFound; NotAllowed without `approve`, and for whoever requested it; Invalid without a note; Conflict when
    it is decided already.
    """
    found = _waiting(request, actor)
    _require_another(found, actor)
    if not note.strip():
        raise Invalid("A rejection needs a reason.", field="note", remedy="Tell the requester why.")
    _end(found, RequestStatus.REJECTED, actor, note)
    if finding := _finding_of(found):
        Finding.objects.filter(pk=finding.pk, status="OPEN").update(status="CLOSED", closed_at=database_now())
    _tell(found, "change_request.rejected", actor, note)
    return found


@transaction.atomic
def withdraw_change_request(*, request: int, actor: Actor) -> ChangeRequest:
    """The request is taken back by whoever made it.

    Raises: NotFound; NotAllowed for anybody else; Conflict when it is decided already.
    """
    found = _waiting(request, actor)
    if found.requested_by_id != actor.pk:
        raise NotAllowed(
            "Only the requester takes a request back.", field="request", value=str(request), remedy="Reject it instead."
        )
    _end(found, RequestStatus.WITHDRAWN, None, "")
    _tell(found, "change_request.withdrawn", actor, "")
    return found


def _waiting(request: int, actor: Actor) -> ChangeRequest:
    """The request, held."""
    found = ChangeRequest.objects.select_for_update(no_key=True).filter(pk=request).first()
    if found is None or not permissions_of(actor).may("view", found.domain_id):
        raise NotFound(
            "There is no such change request.", field="request", value=str(request), remedy="Reload the list."
        )
    if found.status != RequestStatus.SUBMITTED:
        raise Conflict(
            f"The request was {found.get_status_display().lower()} already.",
            field="request",
            value=str(request),
            remedy="Reload the page.",
        )
    return found


def _require_another(found: ChangeRequest, actor: Actor) -> None:
    require(actor, "approve", found.domain_id)
    if found.requested_by_id == actor.pk:
        raise NotAllowed(
            "Nobody decides about their own request.",
            field="request",
            value=str(found.pk),
            remedy="Ask another person who may approve.",
        )


def _end(found: ChangeRequest, status: str, actor: Actor | None, note: str) -> None:
    if len(note) > REASON:
        raise Invalid("The note is too long.", field="note", remedy=f"Say it in {REASON} characters.")
    waiting = ChangeRequest.objects.filter(pk=found.pk, status=RequestStatus.SUBMITTED)
    ended = waiting.update(status=status, decided_by=actor, note=note.strip(), decided_at=database_now())
    if ended != 1:
        raise Conflict("The request was decided at the same moment.", field="request", value=str(found.pk))
    ChangeRequestItem.objects.filter(request=found).update(open=False)
    found.refresh_from_db()


def _apply(found: ChangeRequest, actor: Actor) -> None:
    items = list(found.items.all())
    if finding := _finding_of(found):
        accept_values(
            source_record=finding.source_record_id,
            version=finding.version_number,
            paths=[item.path for item in items],
            actor=actor,
            reason=found.note or found.reason,
        )
        return
    for golden in sorted({item.golden_id for item in items if item.golden_id is not None}):
        values = {item.path: item.value for item in items if item.golden_id == golden}
        pin_values(golden=golden, values=values, reason=found.reason, actor=actor)


def _finding_of(found: ChangeRequest) -> Finding | None:
    """The finding that the request came from, as it is now."""
    if not found.origin.startswith(FINDING):
        return None
    finding = Finding.objects.filter(pk=int(found.origin.removeprefix(FINDING))).first()
    if finding is None or (found.status == RequestStatus.APPROVED and finding.status != "OPEN"):
        raise Conflict(
            "The system has said something else since.",
            field="request",
            value=str(found.pk),
            remedy="Reject this request; what it proposes now is a request of its own.",
        )
    return finding


def _tell(found: ChangeRequest, type: str, actor: Actor, note: str) -> None:
    draft = EventDraft(type=type, domain=found.domain_id, subject=f"change_request:{found.pk}", reason=note)
    record(draft, actor=actor)
