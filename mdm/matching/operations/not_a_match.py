from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.kernel.errors import Invalid
from mdm.matching.models import Decision, DecisionKind
from mdm.matching.operations.carry_out import carry_out, said_before
from mdm.matching.plans.apart import plan_not_a_match
from mdm.matching.saying import Saying
from mdm.matching.scene import named, read_scene
from mdm.records.identifiers import lock_goldens
from mdm.records.next_versions import Release
from mdm.records.projection import Projector


@transaction.atomic
def not_a_match(
    *,
    decision_id: UUID,
    groups: Sequence[Sequence[str]],
    versions: Mapping[str, int],
    actor: Actor,
    evidence_hash: str = "",
    reason: str = "",
    release: Release | None = None,
) -> Decision:
    """DIFFERENT stands on every pair of source records of two `groups` (of codes of golden records).

    `versions` and `release` as for `merge`; the release is asked about every record named.
    Raises: NotFound; NotAllowed without `decide`; RecordsMoved; Distinguished when a rule would overrule a person;
    Invalid for fewer than two groups, records of two domains, or records of which nothing is known.
    """
    saying = Saying(decision_id, actor, reason, evidence_hash)
    first = said_before(saying, DecisionKind.NOT_A_MATCH)
    if first is not None:
        return first
    if len(groups) < 2 or not all(groups):
        raise Invalid("Two groups are held apart.", field="groups", remedy="Name at least two, none of them empty.")
    goldens = named(actor, [code for group in groups for code in group])
    lock_goldens(golden.pk for golden in goldens)
    by_code = {golden.code: golden.pk for golden in goldens}
    scene = read_scene(by_code.values())
    asked = [[by_code[code] for code in group] for group in groups]
    plan = plan_not_a_match(scene, groups=asked, saying=saying, versions=versions)
    if release is not None:
        plan.looked_at = set(scene.goldens)
    return carry_out(plan, saying, projector=Projector(plan.domain), release=release)
