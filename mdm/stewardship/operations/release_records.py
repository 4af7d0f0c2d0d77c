"""Release many golden records as one decision."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from mdm.accounts.models import Actor
from mdm.matching.models import Decision
from mdm.matching.operations.release import release
from mdm.records.identifiers import lock_goldens
from mdm.records.next_versions import standings_of
from mdm.stewardship.releasing import Subject, blockers


def release_those_free(
    *, decision_id: UUID, domain: str, goldens: Sequence[int], actor: Actor, reason: str = ""
) -> int:
    """Those of the golden records (ids, at most 1,000) that are CANDIDATE and that nothing keeps are released, as one
    decision; returns how many. They are judged once held. Lives in the caller's transaction.

    Raises: NotAllowed without `decide` in the domain.
    """
    if Decision.objects.filter(pk=decision_id).exists():
        return 0
    lock_goldens(goldens)
    standings = [one for one in standings_of(goldens) if one.status == "CANDIDATE"]
    subjects = [Subject(one.golden, [pair[0] for pair in one.sources], one.values) for one in standings]
    kept = blockers(domain, subjects)
    versions = {one.code: one.number for one in standings if not kept[one.golden]}
    if not versions:
        return 0
    release(decision_id=decision_id, goldens=list(versions), versions=versions, reason=reason, actor=actor)
    return len(versions)
