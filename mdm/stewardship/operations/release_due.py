"""Release what nothing keeps from being released."""

from __future__ import annotations

from uuid import uuid4

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.governance.models import Domain, Release
from mdm.governance.queries.policy import policy_of
from mdm.matching.models import MatchRun
from mdm.stewardship.operations.release_records import release_those_free
from mdm.stewardship.queries.releasable import releasable

BATCH = 200
REASON = "Nothing stands against it."


def release_due(*, actor: Actor, batches: int = 5) -> int:
    """In every domain that does not leave each release to a steward, golden records that were matched and that nothing
    stands against are released, up to `batches` times 200 of them; returns how many.

    While a match run of the domain goes on nothing is: what it found is asked about only when it ends.
    """
    released = 0
    for domain in Domain.objects.order_by("code").values_list("code", flat=True):
        if policy_of(domain).release != Release.STEWARD:
            released += _release(domain, actor, batches)
    return released


def _release(domain: str, actor: Actor, batches: int) -> int:
    released = after = 0
    for _ in range(batches):
        found = releasable(domain, after=after, limit=BATCH)
        if not found or MatchRun.objects.filter(domain=domain, status="RUNNING").exists():
            break
        with transaction.atomic():
            released += release_those_free(
                decision_id=uuid4(), domain=domain, goldens=found, actor=actor, reason=REASON
            )
        after = found[-1]
    return released
