from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.matching.models import Decision, DecisionKind
from mdm.matching.operations.carry_out import carry_out, said_before
from mdm.matching.plans.apart import plan_split
from mdm.matching.saying import Saying
from mdm.matching.scene import named, read_scene
from mdm.records.identifiers import lock_goldens
from mdm.records.next_versions import Release
from mdm.records.projection import Projector


@transaction.atomic
def split(
    *,
    decision_id: UUID,
    golden: str,
    groups: Sequence[Sequence[int]],
    versions: Mapping[str, int],
    actor: Actor,
    evidence_hash: str = "",
    reason: str = "",
    release: Release | None = None,
) -> Decision:
    """Each of `groups` (ids of external ids of the golden record of that code) is a new golden record; what is in none
    stays, and DIFFERENT stands on every pair of source records that part. A code that keeps nothing answers SPLIT.

    `versions` and `release` as for `merge`.
    Raises: NotFound; NotAllowed without `decide`; RecordsMoved; Conflict for an identifier that leads elsewhere;
    Invalid for an empty group, an identifier named twice, or one group that holds everything.
    """
    saying = Saying(decision_id, actor, reason, evidence_hash)
    first = said_before(saying, DecisionKind.SPLIT)
    if first is not None:
        return first
    (subject,) = named(actor, [golden])
    lock_goldens([subject.pk])
    scene = read_scene([subject.pk])
    plan = plan_split(scene, golden=subject.pk, groups=groups, saying=saying, versions=versions)
    return carry_out(plan, saying, projector=Projector(plan.domain), release=release)
