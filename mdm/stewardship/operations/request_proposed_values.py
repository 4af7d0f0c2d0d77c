"""Turn what systems propose into change requests."""

from __future__ import annotations

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.accounts.queries import machine_actor
from mdm.kernel.clock import database_now
from mdm.kernel.errors import Conflict
from mdm.records.models import CrosswalkEntry, Finding, SourceRecord, SourceVersion
from mdm.records.projection import effective
from mdm.stewardship.models import ChangeRequest, RequestKind, RequestStatus
from mdm.stewardship.operations.decide_change_request import FINDING
from mdm.stewardship.operations.submit_change_request import open_request

LIMIT = 200


def request_proposed_values(*, limit: int = LIMIT) -> int:
    """Every value that a system proposes, and about which no request is open, waits for a person; returns how many
    requests that made. What is no longer said is withdrawn.
    """
    actor = machine_actor()
    _withdraw_outdated(actor)
    known = ChangeRequest.objects.filter(origin__startswith=FINDING).values_list("origin", flat=True)
    asked = {int(origin.removeprefix(FINDING)) for origin in known}
    waiting = Finding.objects.filter(kind="PROPOSED", status="OPEN").exclude(pk__in=asked).order_by("pk")
    return sum(_request(finding, actor) for finding in waiting.select_related("source_record")[:limit])


@transaction.atomic
def _request(finding: Finding, actor: Actor) -> bool:
    """Whether a request was made; a value about which another one is open waits for its turn."""
    record: SourceRecord = finding.source_record
    entry = CrosswalkEntry.objects.filter(external_id=record.external_id_id, ended_at__isnull=True)
    lead = entry.select_related("golden").first()
    said = SourceVersion.objects.filter(source_record=record, number=finding.version_number).first()
    if lead is None or said is None or said.values is None:
        return False
    value = effective(said.values, said.standardised, None).get(finding.path)
    system = record.external_id.id_type.system_id
    try:
        with transaction.atomic():
            open_request(
                golden=lead.golden,
                kind=RequestKind.VALUE,
                values={finding.path: value},
                reason=f"{system} proposes it.",
                actor=actor,
                origin=f"{FINDING}{finding.pk}",
            )
    except Conflict:
        return False
    return True


@transaction.atomic
def _withdraw_outdated(actor: Actor) -> None:
    """A request whose finding is closed is about what the system no longer says."""
    live = ChangeRequest.objects.filter(status=RequestStatus.SUBMITTED, origin__startswith=FINDING)
    findings = {int(origin.removeprefix(FINDING)): pk for pk, origin in live.values_list("pk", "origin")}
    open_ones = set(Finding.objects.filter(pk__in=findings, status="OPEN").values_list("pk", flat=True))
    outdated = [request for finding, request in findings.items() if finding not in open_ones]
    for request in ChangeRequest.objects.select_for_update(skip_locked=True).filter(pk__in=outdated):
        ended = ChangeRequest.objects.filter(pk=request.pk, status=RequestStatus.SUBMITTED)
        if ended.update(status=RequestStatus.WITHDRAWN, decided_at=database_now()):
            request.items.update(open=False)
