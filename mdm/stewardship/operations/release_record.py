"""Release one golden record by hand."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of, require
from mdm.kernel.errors import Conflict, NotFound
from mdm.matching.models import Decision
from mdm.matching.operations.release import release
from mdm.records.identifiers import lock_goldens
from mdm.records.models import GoldenRecord, GoldenVersion
from mdm.stewardship.releasing import Subject, blockers


@transaction.atomic
def release_record(*, golden_code: str, version: int, decision_id: UUID, actor: Actor, reason: str = "") -> Decision:
    """The golden record is ACTIVE: it may leave the hub from now on.

    Raises: NotFound, also for one the actor may not view; NotAllowed without `decide`; Conflict naming what keeps it
    from being released, or when it changed since `version` was looked at.
    """
    golden = _visible(golden_code, actor)
    require(actor, "decide", golden.domain_id)
    lock_goldens([golden.pk])
    found = GoldenVersion.objects.filter(golden=golden).order_by("-number").first()
    assert found is not None, "every golden record has a version"
    subject = Subject(golden.pk, [record for record, _ in found.sources], found.values or {})
    held = blockers(golden.domain_id, [subject])[golden.pk]
    if held:
        raise Conflict(
            f"{golden_code} cannot be released yet: {' '.join(held)}",
            field="golden",
            value=golden_code,
            remedy="Settle what stands against it first.",
        )
    return release(
        decision_id=decision_id,
        goldens=[golden_code],
        versions={golden_code: version},
        actor=actor,
        reason=reason,
    )


def what_keeps_it(*, golden_code: str, actor: Actor) -> list[str]:
    """Return in words what keeps the golden record from being released; empty where nothing does.

    Raises: NotFound, also for one the actor may not view.
    """
    golden = _visible(golden_code, actor)
    found = GoldenVersion.objects.filter(golden=golden).order_by("-number").first()
    assert found is not None, "every golden record has a version"
    subject = Subject(golden.pk, [record for record, _ in found.sources], found.values or {})
    return blockers(golden.domain_id, [subject])[golden.pk]


def _visible(code: str, actor: Actor) -> GoldenRecord:
    golden = GoldenRecord.objects.filter(code=code).first()
    if golden is None or not permissions_of(actor).may("view", golden.domain_id):
        raise NotFound("There is no such golden record.", field="golden", value=code, remedy="Check the code.")
    return golden
