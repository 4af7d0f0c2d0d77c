"""What a decision would do, before it is made: worked out by the functions that make it, and written nowhere."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from mdm.accounts.models import Actor
from mdm.kernel.clock import database_now
from mdm.kernel.errors import Invalid
from mdm.matching.decided import visible_decision
from mdm.matching.models import DecisionKind
from mdm.matching.plan import Plan
from mdm.matching.plans.apart import plan_split
from mdm.matching.plans.back import plan_unmerge, taken_out
from mdm.matching.plans.merge import MergeAsked, best_survivor, plan_merge
from mdm.matching.plans.picks import Pick
from mdm.matching.plans.undo import plan_undo
from mdm.matching.queries.preview_parts import Preview, shown
from mdm.matching.saying import Saying
from mdm.matching.scene import named, read_scene
from mdm.records.next_versions import Release
from mdm.records.projection import Projector

NOBODY = UUID(int=0)


def preview_merge(
    *,
    actor: Actor,
    joined: Sequence[str],
    survivor: str = "",
    picks: Mapping[str, Pick] | None = None,
    supersedes: Collection[int] = (),
    reason: str = "",
    release: Release | None = None,
) -> Preview:
    """Return what `operations.merge` would do with the same arguments; what stands against it is listed, not raised.

    Raises: NotFound; RecordsMoved when one lives no more; Invalid for fewer than two records, two domains or a bad
    pick.
    """
    codes = [*([survivor] if survivor else []), *(code for code in joined if code != survivor)]
    if len(codes) < 2:
        raise Invalid("A merge is of at least two records.", field="joined", remedy="Name another record.")
    goldens = named(actor, codes, action="view")
    scene, projector, at = read_scene(golden.pk for golden in goldens), Projector(goldens[0].domain_id), database_now()
    stays = goldens[0] if survivor else best_survivor(scene.goldens.values())
    plan = plan_merge(
        scene,
        survivor=stays.pk,
        asked=MergeAsked((), picks or {}, supersedes),
        saying=Saying(NOBODY, actor, reason),
        versions=None,
        projector=projector,
        at=at,
    )
    return shown(plan, actor=actor, projector=projector, at=at, release=release)


def preview_split(
    *, actor: Actor, golden: str, groups: Sequence[Sequence[int]], release: Release | None = None
) -> Preview:
    """Return what `operations.split` would do; the new records have no code yet.

    Raises: as `operations.split`, but for the right: viewing is enough.
    """
    (subject,) = named(actor, [golden], action="view")
    saying = Saying(NOBODY, actor)
    plan = plan_split(read_scene([subject.pk]), golden=subject.pk, groups=groups, saying=saying, versions=None)
    return _shown(plan, actor, release)


def preview_unmerge(
    *, actor: Actor, decision: UUID, joined: Collection[str] = (), release: Release | None = None
) -> Preview:
    """Return what `operations.unmerge` would do, with what would not move back and why.

    Raises: as `operations.unmerge`, but for the right: viewing is enough.
    """
    merge = visible_decision(actor, decision, kind=DecisionKind.MERGE)
    taken = taken_out(merge, joined)
    scene = read_scene([taken.survivor, *taken.joined])
    plan = plan_unmerge(scene, merge=merge, taken=taken, saying=Saying(NOBODY, actor), versions=None)
    return _shown(plan, actor, release)


def preview_undo(*, actor: Actor, of: UUID) -> Preview:
    """Return what `operations.undo` would do; what stands against it is listed.

    Raises: NotFound.
    """
    decision = visible_decision(actor, of)
    scene = read_scene(decision.goldens.values_list("golden", flat=True))
    return _shown(plan_undo(scene, decision=decision, saying=Saying(NOBODY, actor)), actor, None)


def _shown(plan: Plan, actor: Actor, release: Release | None) -> Preview:
    return shown(plan, actor=actor, projector=Projector(plan.domain), at=database_now(), release=release)
