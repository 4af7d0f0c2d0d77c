"""Take a decision back, and open again what it closed."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.events.operations.record import EventDraft, record
from mdm.kernel.clock import database_now
from mdm.matching.decided import visible_decision
from mdm.matching.models import Decision
from mdm.matching.operations.undo import undo
from mdm.records.identifiers import lock_goldens
from mdm.records.next_versions import LIVING
from mdm.stewardship.models import ReviewTask, TaskMember, TaskReason, TaskStatus
from mdm.stewardship.models.tasks import LIVE
from mdm.stewardship.operations.settle_decision import settle_decision
from mdm.stewardship.queries.pieces import piece_of


@transaction.atomic
def undo_decision(*, decision_id: UUID, of: UUID, actor: Actor, reason: str = "") -> Decision:
    """What the decision `of` changed is as it was, and the task that it closed asks again, with its assignee and its
    comments; tasks that asked what it had left over are gone.

    Raises: as `matching.operations.undo`.
    """
    decided = visible_decision(actor, of)
    lock_goldens(piece_of(decided.domain_id, list(decided.goldens.values_list("golden_id", flat=True))))
    done = undo(decision_id=decision_id, of=of, actor=actor, reason=reason)
    task = ReviewTask.objects.filter(decision=of, status=TaskStatus.DONE).first()
    if task is not None:
        _reopen(task, done, actor, reason)
    settle_decision(decision=done, actor=actor)
    return done


def _reopen(task: ReviewTask, done: Decision, actor: Actor, reason: str) -> None:
    members = TaskMember.objects.filter(task=task, golden__status__in=LIVING)
    goldens = list(members.values_list("golden_id", flat=True))
    if not goldens:
        return
    at = database_now()
    left_over = list(TaskMember.objects.filter(golden__in=goldens, open=True).values_list("task_id", flat=True))
    ReviewTask.objects.filter(pk__in=left_over, status__in=LIVE).update(
        status=TaskStatus.GONE, closed_at=at, changed_at=at, lease_holder=None, lease_until=None
    )
    TaskMember.objects.filter(task__in=left_over).update(open=False)
    TaskMember.objects.filter(task=task).exclude(golden__in=goldens).delete()
    stays = task.reason if task.reason == TaskReason.COLLISION else TaskReason.REOPENED
    ReviewTask.objects.filter(pk=task.pk).update(
        status=TaskStatus.OPEN,
        reason=stays,
        decision=None,
        closed_by=None,
        closed_at=None,
        changed_at=at,
        member_count=len(goldens),
        version=task.version + 1,
    )
    members.update(open=True)
    detail = {"decision": str(done.pk)}
    record(
        EventDraft(
            type="task.reopened", domain=task.domain_id, subject=f"task:{task.pk}", reason=reason, detail=detail
        ),
        actor=actor,
    )
