"""End a review task by an answer, and open it again when the answer is undone."""

from __future__ import annotations

from mdm.accounts.models import Actor
from mdm.events.operations.record import EventDraft, record
from mdm.kernel.clock import database_now
from mdm.matching.models import Decision
from mdm.stewardship.models import ReviewTask, TaskMember, TaskStatus
from mdm.stewardship.models.tasks import LIVE
from mdm.stewardship.refusals import decided_already


def close_task(*, task: ReviewTask, decision: Decision | None, actor: Actor, reason: str = "") -> None:
    """The task is DONE by that decision (or by an act that is none), and asks about no golden record any more.

    Raises: TaskMoved when it is closed already.
    """
    at = database_now()
    closed = ReviewTask.objects.filter(pk=task.pk, status__in=LIVE).update(
        status=TaskStatus.DONE,
        decision=decision,
        closed_by=actor,
        closed_at=at,
        changed_at=at,
        version=task.version + 1,
        snoozed_until=None,
        lease_holder=None,
        lease_until=None,
    )
    if not closed:
        raise decided_already(ReviewTask.objects.get(pk=task.pk))
    TaskMember.objects.filter(task=task).update(open=False)
    task.status, task.decision, task.closed_by = TaskStatus.DONE, decision, actor
    detail = {"decision": str(decision.pk) if decision else None}
    record(
        EventDraft(type="task.closed", domain=task.domain_id, subject=f"task:{task.pk}", reason=reason, detail=detail),
        actor=actor,
    )
