"""Decide about the one golden record of a task: whether it is still what it was, or several."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mdm.accounts.models import Actor
from mdm.kernel.errors import Invalid
from mdm.matching.models import Decision
from mdm.matching.operations.keep_together import keep_together
from mdm.matching.operations.split import split
from mdm.records.models import GoldenRecord
from mdm.records.operations.judge_version import part_version, rejoin, take_version
from mdm.stewardship.answers import Answer
from mdm.stewardship.choosing import external_ids_of
from mdm.stewardship.models import ReviewTask, TaskReason
from mdm.stewardship.operations.close_findings import close_finding
from mdm.stewardship.releasing import Judge


def decide_single(
    *, task: ReviewTask, goldens: Sequence[GoldenRecord], answer: Answer, actor: Actor
) -> Decision | None:
    """The golden record of the task is still one, or what is in `second` is another; the caller holds it.

    Returns None where that is no decision about golden records: a version that waited counts, or begins another
    generation. Raises: as `decide_task`.
    """
    if answer.verdict not in ("merge", "split"):
        raise Invalid(
            "This task is about one record.",
            field="verdict",
            value=answer.verdict,
            remedy="Say whether it is still the same (merge), or another one now (split).",
        )
    if task.reason == TaskReason.BROKEN and task.finding is not None:
        _judge_version(task, answer, actor)
        return None
    return _judge_torn(task, goldens[0], answer, actor)


def _judge_version(task: ReviewTask, answer: Answer, actor: Actor) -> None:
    finding = task.finding
    assert finding is not None
    same: Callable[..., object] = take_version if finding.kind == "UNLIKE" else rejoin
    another: Callable[..., object] = part_version if finding.kind == "UNLIKE" else close_finding
    act = same if answer.verdict == "merge" else another
    act(finding_id=finding.pk, actor=actor, reason=answer.reason)


def _judge_torn(task: ReviewTask, golden: GoldenRecord, answer: Answer, actor: Actor) -> Decision:
    versions = {code: version for code, version in answer.versions.items() if code == golden.code}
    if answer.verdict == "merge":
        return keep_together(
            decision_id=answer.decision_id,
            golden=golden.code,
            versions=versions,
            evidence_hash=task.evidence_hash,
            reason=answer.reason,
            actor=actor,
        )
    return split(
        decision_id=answer.decision_id,
        golden=golden.code,
        groups=[external_ids_of(answer.second)],
        versions=versions,
        evidence_hash=task.evidence_hash,
        reason=answer.reason,
        actor=actor,
        release=Judge(task.domain_id, task=task.pk),
    )
