"""Decide about the golden records of a task together, releasing what that lets be released."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mdm.accounts.models import Actor
from mdm.engine.matching import MatchModel
from mdm.kernel.errors import Invalid
from mdm.matching.models import Decision
from mdm.matching.operations.merge import merge
from mdm.matching.operations.not_a_match import not_a_match
from mdm.matching.operations.relate import relate
from mdm.matching.queries.due import matching_of
from mdm.records.models import GoldenRecord
from mdm.stewardship.aftermath import after_merge, after_telling_apart, still_asked
from mdm.stewardship.answers import Answer
from mdm.stewardship.models import ReviewTask
from mdm.stewardship.queries.pieces import piece_of
from mdm.stewardship.releasing import Judge
from mdm.stewardship.situation import Situation, best_links, situation_of

Goldens = Sequence[GoldenRecord]


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


def chosen_members(goldens: Goldens, keys: Sequence[str]) -> list[GoldenRecord]:
    """Return the members of these keys (codes), in the task's order.

    Raises: Invalid for a key that names no member.
    """
    by_code = {golden.code: golden for golden in goldens}
    strange = [key for key in keys if key not in by_code]
    if strange:
        raise Invalid(
            f"{strange[0][:40]} is no member of this task.",
            field="members",
            value=strange[0][:40],
            remedy="Load the task again.",
        )
    return [golden for golden in goldens if golden.code in set(keys)]


def groups_told_apart(goldens: Goldens, chosen: Goldens, answer: Answer) -> list[Goldens]:
    """Return the groups that the answer tells apart: `second` from the rest, or else each from each.

    Raises: Invalid when that leaves fewer than two.
    """
    second = chosen_members(goldens, answer.second)
    if not second:
        groups: list[Goldens] = [[golden] for golden in chosen]
        if answer.verdict == "split":
            raise Invalid("Nothing is in the second group.", field="second", remedy="Put a member into it.")
    else:
        groups = [[golden for golden in chosen if golden not in second], second]
    if len(groups) < 2 or not all(groups):
        raise Invalid("Only different records can be told apart.", field="members", remedy="Choose two or more.")
    return groups


def judge_of_merge(task: ReviewTask, goldens: Goldens, chosen: Goldens, survivor: str) -> Judge:
    """Return who judges what a merge of `chosen` releases: what stays linked to the survivor is asked about next."""
    situation, model = _situation(task, goldens)
    stays = next((golden.pk for golden in chosen if golden.code == survivor), chosen[0].pk)
    if stays not in situation.things:
        return Judge(task.domain_id, [golden.pk for golden in goldens], task.pk)
    after = after_merge(situation, [golden.pk for golden in chosen], stays)
    return Judge(task.domain_id, still_asked(after, model, [golden.pk for golden in goldens]), task.pk)


def best_pairs_shown(task: ReviewTask, goldens: Goldens, chosen: Goldens) -> list[tuple[int, int]]:
    """Return the strongest pair of source records between any two of the chosen golden records."""
    situation, _ = _situation(task, goldens)
    members = {golden.pk for golden in chosen}
    links = [link for link in situation.links if link.left in members and link.right in members]
    return [(link.left_record, link.right_record) for link in best_links(links).values()]


def first_to_survive(chosen: Goldens) -> str:
    """Return the code that stays unless the steward says otherwise: the first member, a released one before others."""
    return min(chosen, key=lambda golden: golden.status != "ACTIVE").code


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


def judge_of_telling_apart(task: ReviewTask, goldens: Goldens, groups: Sequence[Goldens]) -> Judge:
    """Return who judges what telling the groups apart releases."""
    situation, model = _situation(task, goldens)
    after = after_telling_apart(situation, [[golden.pk for golden in group] for group in groups])
    return Judge(task.domain_id, still_asked(after, model, [golden.pk for golden in goldens]), task.pk)


def _situation(task: ReviewTask, goldens: Goldens) -> tuple[Situation, MatchModel | None]:
    matching = matching_of(task.domain_id)
    piece = piece_of(task.domain_id, [golden.pk for golden in goldens])
    situation = situation_of(task.domain_id, piece, matching)
    return situation, matching.model if matching else None


def _seen(answer: Answer, chosen: Collection[GoldenRecord]) -> dict[str, int]:
    """The versions that were looked at, of the records that the decision is about."""
    codes = {golden.code for golden in chosen}
    return {code: version for code, version in answer.versions.items() if code in codes}
