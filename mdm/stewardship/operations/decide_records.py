"""Merge, split and unmerge from a golden record's own page: no task asked, and the tasks follow."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.matching.decided import visible_decision
from mdm.matching.models import Decision, DecisionKind
from mdm.matching.operations import merge as merging
from mdm.matching.operations import split as splitting
from mdm.matching.operations import unmerge as unmerging
from mdm.matching.plans.picks import Pick
from mdm.matching.scene import named, read_scene
from mdm.records.identifiers import lock_goldens
from mdm.records.models import GoldenRecord
from mdm.stewardship.operations.settle_decision import settle_decision
from mdm.stewardship.queries.pieces import piece_of
from mdm.stewardship.releasing import Judge


@transaction.atomic
def merge_records(
    *,
    decision_id: UUID,
    survivor: str,
    joined: Sequence[str],
    versions: Mapping[str, int],
    actor: Actor,
    picks: Mapping[str, Pick] | None = None,
    supersedes: Collection[int] = (),
    reason: str = "",
) -> Decision:
    """The golden records are one, released by the domain's policy, and tasks ask what is left to ask.

    Raises: as `matching.operations.merge`.
    """
    judge = _hold(named(actor, [survivor, *(code for code in joined if code != survivor)]))
    decision = merging.merge(
        decision_id=decision_id,
        survivor=survivor,
        joined=joined,
        versions=versions,
        picks=picks,
        supersedes=supersedes,
        reason=reason,
        actor=actor,
        release=judge,
    )
    settle_decision(decision=decision, actor=actor)
    return decision


@transaction.atomic
def split_record(
    *,
    decision_id: UUID,
    golden: str,
    groups: Sequence[Sequence[int]],
    versions: Mapping[str, int],
    actor: Actor,
    reason: str = "",
) -> Decision:
    """Each group of identifiers is a golden record of its own, released by the domain's policy; tasks follow.

    Raises: as `matching.operations.split`.
    """
    judge = _hold(named(actor, [golden]))
    decision = splitting.split(
        decision_id=decision_id,
        golden=golden,
        groups=groups,
        versions=versions,
        reason=reason,
        actor=actor,
        release=judge,
    )
    settle_decision(decision=decision, actor=actor)
    return decision


@transaction.atomic
def unmerge_records(
    *,
    decision_id: UUID,
    decision: UUID,
    versions: Mapping[str, int],
    actor: Actor,
    joined: Collection[str] = (),
    reason: str = "",
) -> Decision:
    """What a merge joined is itself again, released by the domain's policy, and tasks follow.

    Raises: as `matching.operations.unmerge`.
    """
    merge = visible_decision(actor, decision, kind=DecisionKind.MERGE)
    judge = _hold([row.golden for row in merge.goldens.select_related("golden")])
    done = unmerging.unmerge(
        decision_id=decision_id,
        decision=decision,
        versions=versions,
        joined=joined,
        reason=reason,
        actor=actor,
        release=judge,
    )
    settle_decision(decision=done, actor=actor)
    return done


def _hold(goldens: Sequence[GoldenRecord]) -> Judge:
    """Lock the golden records and all that tasks may follow to, in one go; return who judges what is released."""
    ids = [golden.pk for golden in goldens]
    lock_goldens(piece_of(goldens[0].domain_id, ids))
    scene = read_scene(ids)
    decided = [entry.source_record for entry in scene.entries if entry.source_record is not None]
    return Judge(goldens[0].domain_id, decided=decided)
