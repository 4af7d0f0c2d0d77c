from __future__ import annotations

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.accounts.queries import require
from mdm.events.operations.record import EventDraft, record
from mdm.governance.models import LONGEST_HOLD, Domain, DomainPolicy, Release
from mdm.kernel.errors import Invalid, NotFound


@transaction.atomic
def set_policy(
    *, domain: str, release: str, hold_seconds: int, auto_merge: bool, actor: Actor, reason: str = ""
) -> DomainPolicy:
    """`domain` releases its golden records by `release`, and what a merge, split or unmerge causes waits so long.

    Raises: NotAllowed without `publish` in the domain; NotFound for an unknown domain; Invalid for an unknown way to
    release or a hold outside 0 to 3600 seconds.
    """
    require(actor, "publish", domain)
    if not Domain.objects.filter(code=domain).exists():
        raise NotFound(f"There is no domain {domain}.", field="domain", value=domain, remedy="Publish it first.")
    if release not in Release.values:
        raise Invalid(
            f"{release[:80]!r} is no way to release records.",
            field="release",
            value=release[:80],
            remedy=f"Choose one of {', '.join(Release.values)}.",
        )
    if not 0 <= hold_seconds <= LONGEST_HOLD:
        raise Invalid(
            f"A hold of {hold_seconds} seconds is not possible.",
            field="hold_seconds",
            value=str(hold_seconds),
            remedy=f"Choose 0 to {LONGEST_HOLD} seconds.",
        )
    policy, _ = DomainPolicy.objects.update_or_create(
        domain_id=domain, defaults={"release": release, "hold_seconds": hold_seconds, "auto_merge": auto_merge}
    )
    detail = {"release": release, "hold_seconds": hold_seconds, "auto_merge": auto_merge}
    record(
        EventDraft(type="policy.set", domain=domain, subject=f"domain:{domain}", reason=reason, detail=detail),
        actor=actor,
    )
    return policy
