from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.matching.models import Decision, DecisionKind
from mdm.matching.operations.carry_out import carry_out, said_before
from mdm.matching.plans.apart import plan_relate
from mdm.matching.saying import Saying
from mdm.matching.scene import named, read_scene
from mdm.records.identifiers import lock_goldens
from mdm.records.next_versions import Release
from mdm.records.projection import Projector


@transaction.atomic
def relate(
    *,
    decision_id: UUID,
    left: str,
    right: str,
    kind: str,
    versions: Mapping[str, int],
    actor: Actor,
    evidence_hash: str = "",
    reason: str = "",
    release: Release | None = None,
) -> Decision:
    """`left` is `kind` (subsidiary, ship_to, contact, related) to `right` (codes), and RELATED, so not the same, stands
    on every pair of their source records.

    `versions` and `release` as for `not_a_match`.
    Raises: NotFound; NotAllowed without `decide`; RecordsMoved; Conflict when they are related so already; Invalid for
    records of two domains or an unknown kind.
    """
    saying = Saying(decision_id, actor, reason, evidence_hash)
    first = said_before(saying, DecisionKind.RELATED)
    if first is not None:
        return first
    goldens = named(actor, [left, right])
    lock_goldens(golden.pk for golden in goldens)
    scene = read_scene(golden.pk for golden in goldens)
    one, other = (golden.pk for golden in goldens)
    plan = plan_relate(scene, left=one, right=other, kind=kind, saying=saying, versions=versions)
    if release is not None:
        plan.looked_at = set(scene.goldens)
    return carry_out(plan, saying, projector=Projector(plan.domain), release=release)
