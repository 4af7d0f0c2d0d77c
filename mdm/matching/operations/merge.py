from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.kernel.clock import database_now
from mdm.kernel.errors import Invalid
from mdm.matching.chains import Pair
from mdm.matching.models import Decision, DecisionKind
from mdm.matching.operations.carry_out import carry_out, said_before
from mdm.matching.plans.merge import MergeAsked, best_survivor, plan_merge
from mdm.matching.plans.picks import Pick
from mdm.matching.saying import Saying
from mdm.matching.scene import named, read_scene
from mdm.records.identifiers import lock_goldens
from mdm.records.next_versions import Release
from mdm.records.projection import Projector


@transaction.atomic
def merge(
    *,
    decision_id: UUID,
    joined: Sequence[str],
    versions: Mapping[str, int],
    actor: Actor,
    survivor: str = "",
    pairs: Sequence[Pair] = (),
    evidence_hash: str = "",
    picks: Mapping[str, Pick] | None = None,
    supersedes: Collection[int] = (),
    reason: str = "",
    release: Release | None = None,
) -> Decision:
    """The golden records of `joined` (codes) are `survivor`: its code leads on where theirs did, all their identifiers
    lead to it, and SAME stands on `pairs` (source records; of a record without one, on its likeliest pair).

    Without `survivor` the best of `joined` survives: a released one, then the oldest. `versions` names the version of
    every record that was looked at, `picks` values by path to be pinned, `supersedes` the verdicts that it overrules.
    `release` is asked which of the records that would be CANDIDATE afterwards are released with it.

    Raises: NotFound; NotAllowed without `decide`; RecordsMoved naming what changed; Distinguished naming verdicts that
    stand against it; Invalid for records of two domains, a released record under an unreleased one, a bad pick, or a
    missing reason; Conflict when the id was used for another decision.
    """
    saying = Saying(decision_id, actor, reason, evidence_hash)
    first = said_before(saying, DecisionKind.MERGE)
    if first is not None:
        return first
    codes = [*([survivor] if survivor else []), *(code for code in joined if code != survivor)]
    if len(codes) < 2:
        raise Invalid("A merge is of at least two records.", field="joined", remedy="Name another record.")
    goldens = named(actor, codes)
    lock_goldens(golden.pk for golden in goldens)
    scene = read_scene(golden.pk for golden in goldens)
    stays = goldens[0] if survivor else best_survivor(scene.goldens.values())
    projector = Projector(stays.domain_id)
    plan = plan_merge(
        scene,
        survivor=stays.pk,
        asked=MergeAsked(pairs, picks or {}, supersedes),
        saying=saying,
        versions=versions,
        projector=projector,
        at=database_now(),
    )
    return carry_out(plan, saying, projector=projector, release=release)
