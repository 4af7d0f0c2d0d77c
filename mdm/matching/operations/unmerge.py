from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.accounts.queries import require
from mdm.matching.decided import visible_decision
from mdm.matching.models import Decision, DecisionKind
from mdm.matching.operations.carry_out import carry_out, said_before
from mdm.matching.plans.back import Taken, plan_unmerge, taken_out
from mdm.matching.saying import Saying
from mdm.matching.scene import read_scene
from mdm.records.identifiers import hold
from mdm.records.next_versions import Release
from mdm.records.projection import Projector


@transaction.atomic
def unmerge(
    *,
    decision_id: UUID,
    decision: UUID,
    versions: Mapping[str, int],
    actor: Actor,
    joined: Collection[str] = (),
    evidence_hash: str = "",
    reason: str = "",
    release: Release | None = None,
) -> Decision:
    """The golden records that the merge `decision` joined, or those of them named in `joined` (codes), are themselves
    again, as they stood before: exactly the identifiers that it moved and that are still there lead to them, and
    DIFFERENT stands on every pair of source records that part. What is not there any more is left, and listed in the
    decision's effects. Works at any time, also after the survivor was merged itself.

    `versions` names the version of the record that they come out of.
    Raises: NotFound; NotAllowed without `decide`; RecordsMoved; Conflict when the merge was undone, the records were
    taken out already, or nothing that it moved is there; Invalid for a record that it did not join.
    """
    saying = Saying(decision_id, actor, reason, evidence_hash)
    first = said_before(saying, DecisionKind.UNMERGE)
    if first is not None:
        return first
    merge = visible_decision(actor, decision, kind=DecisionKind.MERGE)
    require(actor, "decide", merge.domain_id)
    taken = Taken([], 0)

    def wanted() -> tuple[list[int], set[int]]:
        nonlocal taken
        merge.refresh_from_db()
        taken = taken_out(merge, joined)
        return [], {taken.survivor, *taken.joined}

    hold(wanted)
    scene = read_scene([taken.survivor, *taken.joined])
    plan = plan_unmerge(scene, merge=merge, taken=taken, saying=saying, versions=versions)
    return carry_out(plan, saying, projector=Projector(plan.domain), release=release)
