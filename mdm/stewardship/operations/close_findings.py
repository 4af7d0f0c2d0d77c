"""Close findings that a person has dealt with."""

from __future__ import annotations

from mdm.accounts.models import Actor
from mdm.events.operations.record import EventDraft, record
from mdm.kernel.clock import database_now
from mdm.kernel.errors import Conflict
from mdm.records.models import Finding


def close_finding(*, finding_id: int, actor: Actor, reason: str = "") -> None:
    """The finding is closed and nothing else changes.

    Raises: Conflict when it was closed already.
    """
    if not Finding.objects.filter(pk=finding_id, status="OPEN").update(status="CLOSED", closed_at=database_now()):
        raise Conflict("The finding is closed already.", field="finding", value=str(finding_id), remedy="Look again.")
    finding = Finding.objects.select_related("source_record").get(pk=finding_id)
    record(
        EventDraft(
            type="finding.closed",
            domain=finding.source_record.domain_id,
            subject=f"finding:{finding_id}",
            reason=reason,
            detail={"source_record": finding.source_record_id, "kind": finding.kind},
        ),
        actor=actor,
    )
