from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.kernel.errors import Invalid
from mdm.matching.models import Decision, DecisionKind
from mdm.matching.operations.carry_out import carry_out, said_before
from mdm.matching.plans.release import plan_release
from mdm.matching.saying import Saying
from mdm.matching.scene import named, read_scene
from mdm.records.identifiers import lock_goldens
from mdm.records.projection import Projector

MOST_RELEASED = 1_000


@transaction.atomic
def release(
    *,
    decision_id: UUID,
    goldens: Sequence[str],
    versions: Mapping[str, int],
    actor: Actor,
    evidence_hash: str = "",
    reason: str = "",
) -> Decision:
    """The golden records of those codes are released, as one decision; whether they may be is the caller's to judge.

    Raises: NotFound; NotAllowed without `decide`; RecordsMoved; Conflict for one that is released already; Invalid for
    none, or more than 1,000.
    """
    saying = Saying(decision_id, actor, reason, evidence_hash)
    first = said_before(saying, DecisionKind.RELEASE)
    if first is not None:
        return first
    if not goldens:
        raise Invalid("Nothing is named to release.", field="goldens", remedy="Name a record.")
    subjects = named(actor, goldens, most=MOST_RELEASED)
    lock_goldens(golden.pk for golden in subjects)
    plan = plan_release(read_scene(golden.pk for golden in subjects), versions=versions)
    return carry_out(plan, saying, projector=Projector(plan.domain))
