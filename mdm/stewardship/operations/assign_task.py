"""Say whose a task is, wake it, and answer what was asked about it."""

from __future__ import annotations

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of, require
from mdm.events.operations.record import EventDraft, record
from mdm.kernel.clock import database_now
from mdm.kernel.errors import Conflict, Invalid
from mdm.stewardship.models import ReviewTask, TaskStatus
from mdm.stewardship.models.tasks import LIVE
from mdm.stewardship.operations.add_comment import add_comment
from mdm.stewardship.operations.decide_task import visible_task
from mdm.stewardship.refusals import decided_already


@transaction.atomic
def assign_task(*, task_id: int, assignee: Actor | None, actor: Actor, reason: str = "") -> None:
    """The task is `assignee`'s, or nobody's.

    Raises: NotFound; NotAllowed without `decide`; Invalid for somebody who may not decide in the domain; TaskMoved when
    it is closed.
    """
    task = visible_task(actor, task_id)
    require(actor, "decide", task.domain_id)
    if assignee is not None and not permissions_of(assignee).may("decide", task.domain_id):
        raise Invalid(
            f"{assignee.name} may not decide in {task.domain_id}.",
            field="assignee",
            value=assignee.name,
            remedy="Choose a steward of the domain.",
        )
    if not ReviewTask.objects.filter(pk=task_id, status__in=LIVE).update(assignee=assignee):
        raise decided_already(visible_task(actor, task_id))
    detail = {"assignee": assignee.pk if assignee else None}
    _tell(task, "task.assigned", actor, reason, detail)


@transaction.atomic
def wake_task(*, task_id: int, actor: Actor) -> None:
    """The task is put off no more, and stands escalated no more.

    Raises: NotFound; NotAllowed without `decide`; TaskMoved when it is closed.
    """
    task = visible_task(actor, task_id)
    require(actor, "decide", task.domain_id)
    woken = ReviewTask.objects.filter(pk=task_id, status__in=LIVE).update(
        snoozed_until=None, escalated_at=None, changed_at=database_now()
    )
    if not woken:
        raise decided_already(visible_task(actor, task_id))
    _tell(task, "task.reopened", actor, "", {})


@transaction.atomic
def answer_question(*, task_id: int, text: str, actor: Actor) -> None:
    """What was asked about the task is answered by a comment, and the task is open again.

    Anybody who may view the domain answers. Raises: NotFound; Invalid for an empty or too long answer; Conflict when
    nothing waits for an answer.
    """
    task = visible_task(actor, task_id)
    add_comment(subject=f"task:{task_id}", body=text, actor=actor)
    answered = ReviewTask.objects.filter(pk=task_id, status=TaskStatus.WAITING).update(
        status=TaskStatus.OPEN, answered_at=database_now(), changed_at=database_now()
    )
    if not answered:
        raise Conflict(
            "Nothing waits for an answer here.", field="task", value=str(task_id), remedy="Write a comment instead."
        )
    _tell(task, "task.answered", actor, "", {})


def _tell(task: ReviewTask, type: str, actor: Actor, reason: str, detail: dict[str, int | None]) -> None:
    draft = EventDraft(type=type, domain=task.domain_id, subject=f"task:{task.pk}", reason=reason, detail=detail)
    record(draft, actor=actor)
