"""Answer a review task."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of, require
from mdm.kernel.errors import Invalid, NotFound
from mdm.matching.models import Decision
from mdm.records.identifiers import lock_external_ids, lock_goldens
from mdm.records.models import GoldenRecord
from mdm.stewardship.answers import DECIDING, VERDICTS, Answer, Answered
from mdm.stewardship.models import ReviewTask, TaskMember
from mdm.stewardship.models.tasks import LIVE
from mdm.stewardship.operations.close_task import close_task
from mdm.stewardship.operations.decide_group import decide_group
from mdm.stewardship.operations.decide_single import decide_single
from mdm.stewardship.operations.put_off import put_off
from mdm.stewardship.operations.refresh_tasks import refresh_tasks
from mdm.stewardship.queries.pieces import piece_of
from mdm.stewardship.refusals import asks_something_else, decided_already


@transaction.atomic
def decide_task(*, task_id: int, answer: Answer, actor: Actor) -> Answered:
    """The answer stands: records are decided about, the task is closed, what is left of its question is asked anew, and
    what may be released by the domain's policy is, all in one; or the task is put off. Sent again under the same
    `decision_id`, it does nothing twice.

    Raises: NotFound; NotAllowed without `decide` in the domain; TaskMoved when the task was decided or asks something
    else by now, naming by whom; RecordsMoved naming what changed; Distinguished naming verdicts that stand against it;
    Invalid for an answer that does not fit the task.
    """
    task = visible_task(actor, task_id)
    require(actor, "decide", task.domain_id)
    if answer.verdict not in VERDICTS:
        raise Invalid(
            f"{answer.verdict[:40]!r} is no answer.",
            field="verdict",
            value=answer.verdict[:40],
            remedy=f"Choose one of {', '.join(VERDICTS)}.",
        )
    goldens = hold_members(task)
    before = _answered_before(task, answer)
    if before is not None:
        return before
    if task.status not in LIVE:
        raise decided_already(task)
    if answer.verdict not in DECIDING:
        put_off(task=task, answer=answer, actor=actor)
        return Answered(task.pk, answer.verdict, None, closed=False)
    if answer.evidence_hash and answer.evidence_hash != task.evidence_hash:
        raise asks_something_else(task)
    decide = decide_single if len(goldens) == 1 else decide_group
    decision = decide(task=task, goldens=goldens, answer=answer, actor=actor)
    close_task(task=task, decision=decision, actor=actor, reason=answer.reason)
    _ask_the_rest(task, goldens, decision, actor)
    return _told(task, answer, decision)


def visible_task(actor: Actor, task_id: int) -> ReviewTask:
    """Return the task.

    Raises: NotFound when there is none, or it is of a domain that the actor may not view.
    """
    task = (
        ReviewTask.objects.select_related("closed_by", "decision", "finding__source_record").filter(pk=task_id).first()
    )
    if task is None or not permissions_of(actor).may("view", task.domain_id):
        raise NotFound("There is no such task.", field="task", value=str(task_id), remedy="Go back to the queue.")
    return task


def hold_members(task: ReviewTask) -> list[GoldenRecord]:
    """Lock the golden records that the task asks about, and those linked to them, then read it anew: whoever decides it
    first holds them. The identifier that a finding is about comes before them, as everywhere.
    """
    if task.finding is not None:
        lock_external_ids([task.finding.source_record.external_id_id])
    members = TaskMember.objects.filter(task=task).order_by("position", "golden_id")
    lock_goldens(piece_of(task.domain_id, list(members.values_list("golden_id", flat=True))))
    task.refresh_from_db()
    return [member.golden for member in members.all().select_related("golden")]


def _answered_before(task: ReviewTask, answer: Answer) -> Answered | None:
    if task.decision_id != answer.decision_id or task.decision is None:
        return None
    return _told(task, answer, task.decision)


def _ask_the_rest(task: ReviewTask, goldens: Sequence[GoldenRecord], decision: Decision | None, actor: Actor) -> None:
    touched = {golden.pk for golden in goldens}
    if decision is not None:
        touched |= set(decision.goldens.values_list("golden_id", flat=True))
    piece = piece_of(task.domain_id, sorted(touched))
    refresh_tasks(domain=task.domain_id, goldens=piece, actor=actor, assignee=task.assignee_id)


def _told(task: ReviewTask, answer: Answer, decision: Decision | None) -> Answered:
    goldens = list(TaskMember.objects.filter(task=task).values_list("golden_id", flat=True))
    if decision is not None:
        goldens += list(decision.goldens.values_list("golden_id", flat=True))
    left = TaskMember.objects.filter(golden__in=goldens, open=True).order_by("task_id")
    released = decision.effects.get("released", []) if decision else []
    return Answered(
        task=task.pk,
        verdict=answer.verdict,
        decision=decision.pk if decision else None,
        closed=True,
        opened=list(left.values_list("task_id", flat=True).distinct()),
        released=list(GoldenRecord.objects.filter(pk__in=released).values_list("code", flat=True)),
    )
