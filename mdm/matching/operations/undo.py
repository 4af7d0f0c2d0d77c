from __future__ import annotations

from uuid import UUID

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.accounts.queries import require
from mdm.kernel.errors import Conflict
from mdm.matching.decided import visible_decision
from mdm.matching.models import Decision, DecisionKind
from mdm.matching.operations.carry_out import carry_out, said_before
from mdm.matching.plans.undo import plan_undo
from mdm.matching.saying import Saying
from mdm.matching.scene import read_scene
from mdm.records.identifiers import lock_goldens
from mdm.records.projection import Projector


@transaction.atomic
def undo(*, decision_id: UUID, of: UUID, actor: Actor, reason: str = "") -> Decision:
    """What the decision `of` changed is as it was: identifiers, statuses, redirects, values, pins and relationships;
    its verdicts are withdrawn, or give way to those that stood before. What left its place since stays there and is
    listed in the effects.

    Raises: NotFound; NotAllowed without `decide`; NotUndoable when it was undone, or another decision, other than a
    release, touched one of its golden records since.
    """
    saying = Saying(decision_id, actor, reason)
    first = said_before(saying, DecisionKind.UNDO)
    if first is not None:
        return first
    decision = visible_decision(actor, of)
    require(actor, "decide", decision.domain_id)
    touched = list(decision.goldens.values_list("golden", flat=True))
    lock_goldens(touched)
    decision.refresh_from_db()
    plan = plan_undo(read_scene(touched), decision=decision, saying=saying)
    done = carry_out(plan, saying, projector=Projector(plan.domain))
    if not Decision.objects.filter(pk=of, undone_by__isnull=True).update(undone_by=done):
        raise Conflict("It was undone by another act at the same moment.", field="decision", value=str(of))
    return done
