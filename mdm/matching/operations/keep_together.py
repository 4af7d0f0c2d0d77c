from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.kernel.errors import Invalid
from mdm.matching.chains import APART, heads_among
from mdm.matching.models import Decision, DecisionKind, GoldenRole
from mdm.matching.operations.carry_out import carry_out, said_before
from mdm.matching.plan import Plan
from mdm.matching.plans.seen import refuse_moved
from mdm.matching.plans.verdicts import say_same
from mdm.matching.saying import Saying
from mdm.matching.scene import named, read_scene
from mdm.records.identifiers import lock_goldens
from mdm.records.projection import Projector


@transaction.atomic
def keep_together(
    *,
    decision_id: UUID,
    golden: str,
    versions: Mapping[str, int],
    actor: Actor,
    evidence_hash: str = "",
    reason: str = "",
) -> Decision:
    """The source records of the golden record of that code are the same after all: SAME stands where it was said that
    two of them are not.

    Raises: NotFound; NotAllowed without `decide`; RecordsMoved; Invalid without a reason, or where nothing was told
    apart.
    """
    saying = Saying(decision_id, actor, reason, evidence_hash)
    first = said_before(saying, DecisionKind.MERGE)
    if first is not None:
        return first
    if not reason.strip():
        raise Invalid("Overruling a verdict needs a reason.", field="reason", remedy="Say what has changed.")
    (subject,) = named(actor, [golden])
    lock_goldens([subject.pk])
    scene = read_scene([subject.pk])
    refuse_moved(scene, versions)
    heads = heads_among(scene.records_of(subject.pk))
    apart = [(head.left, head.right) for head in heads.values() if head.kind in APART]
    if not apart:
        raise Invalid("Nothing in this record was told apart.", field="golden", value=golden, remedy="Look again.")
    plan = Plan(
        kind=DecisionKind.MERGE,
        domain=subject.domain_id,
        scene=scene,
        roles={subject.pk: GoldenRole.SURVIVOR},
        subject=subject.pk,
    )
    say_same(plan, apart, heads, saying)
    return carry_out(plan, saying, projector=Projector(plan.domain))
