"""Decide about the golden records of a task together, releasing what that lets be released."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mdm.accounts.models import Actor
from mdm.kernel.errors import Invalid
from mdm.matching.models import Decision
from mdm.matching.operations.merge import merge
from mdm.matching.operations.not_a_match import not_a_match
from mdm.matching.operations.relate import relate
from mdm.records.models import GoldenRecord
from mdm.stewardship.answers import Answer
from mdm.stewardship.choosing import (
    Goldens,
    best_pairs_shown,
    chosen_members,
    first_to_survive,
    groups_told_apart,
    judge_of_merge,
    judge_of_telling_apart,
)
from mdm.stewardship.models import ReviewTask


def decide_group(*, task: ReviewTask, goldens: Goldens, answer: Answer, actor: Actor) -> Decision:
    """The members of the task, or those that the answer names, are decided about as it says; the caller holds them.

    Raises: as `decide_task`.
    """
    chosen = chosen_members(goldens, answer.members) if answer.members else list(goldens)
    if answer.verdict == "merge":
        return _merge(task, goldens, chosen, answer, actor)
    if answer.verdict == "related":
        return _relate(task, goldens, chosen, answer, actor)
    return _tell_apart(task, goldens, groups_told_apart(goldens, chosen, answer), answer, actor)


def _merge(task: ReviewTask, goldens: Goldens, chosen: Goldens, answer: Answer, actor: Actor) -> Decision:
    if len(chosen) < 2:
        raise Invalid("A merge is of at least two records.", field="members", remedy="Put another member in.")
    survivor = answer.survivor or first_to_survive(chosen)
    chosen_members(chosen, [survivor])
    return merge(
        decision_id=answer.decision_id,
        survivor=survivor,
        joined=[golden.code for golden in chosen if golden.code != survivor],
        versions=_seen(answer, chosen),
        pairs=best_pairs_shown(task, goldens, chosen),
        evidence_hash=task.evidence_hash,
        picks=answer.picks,
        supersedes=answer.supersedes,
        reason=answer.reason,
        actor=actor,
        release=judge_of_merge(task, goldens, chosen, survivor),
    )


def _relate(task: ReviewTask, goldens: Goldens, chosen: Goldens, answer: Answer, actor: Actor) -> Decision:
    if len(chosen) != 2:
        raise Invalid("Two records are related.", field="members", remedy="Choose two of them.")
    left, right = chosen
    return relate(
        decision_id=answer.decision_id,
        left=left.code,
        right=right.code,
        kind=answer.relation,
        versions=_seen(answer, chosen),
        evidence_hash=task.evidence_hash,
        reason=answer.reason,
        actor=actor,
        release=judge_of_telling_apart(task, goldens, [[left], [right]]),
    )


def _tell_apart(
    task: ReviewTask, goldens: Goldens, groups: Sequence[Goldens], answer: Answer, actor: Actor
) -> Decision:
    return not_a_match(
        decision_id=answer.decision_id,
        groups=[[golden.code for golden in group] for group in groups],
        versions=_seen(answer, [golden for group in groups for golden in group]),
        evidence_hash=task.evidence_hash,
        reason=answer.reason,
        actor=actor,
        release=judge_of_telling_apart(task, goldens, groups),
    )


def _seen(answer: Answer, chosen: Collection[GoldenRecord]) -> dict[str, int]:
    """The versions that were looked at, of the records that the decision is about."""
    codes = {golden.code for golden in chosen}
    return {code: version for code, version in answer.versions.items() if code in codes}
