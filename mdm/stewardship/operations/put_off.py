"""Answers that leave a task open: ask somebody, later, escalate, skip."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F

from mdm.accounts.models import Actor
from mdm.events.operations.record import EventDraft, record
from mdm.kernel.clock import database_now
from mdm.kernel.errors import Invalid
from mdm.stewardship.answers import Answer
from mdm.stewardship.models import ReviewTask, TaskSkip, TaskStatus
from mdm.stewardship.models.tasks import LIVE
from mdm.stewardship.refusals import decided_already

USUAL_PAUSE = timedelta(days=1)
LONGEST_PAUSE = timedelta(days=365)
LONGEST_QUESTION = 1000
SKIPS_WITHOUT_REASON = 2


def put_off(*, task: ReviewTask, answer: Answer, actor: Actor) -> None:
    """The task waits for an answer, is put off, stands escalated, or was passed by once more.

    Raises: Invalid for a missing question, an unknown person, a moment that is past or too far, or the third skip
    without a reason; TaskMoved when the task is closed.
    """
    acts: dict[str, Callable[[ReviewTask, Answer, Actor, datetime], None]] = {
        "ask": _ask,
        "later": _later,
        "escalate": _escalate,
        "skip": _skip,
    }
    acts[answer.verdict](task, answer, actor, database_now())


def _ask(task: ReviewTask, answer: Answer, actor: Actor, at: datetime) -> None:
    question = answer.question.strip()
    if not question or len(question) > LONGEST_QUESTION or "\x00" in question:
        raise Invalid(
            "A question is needed." if not question else "The question is too long.",
            field="question",
            remedy=f"Write it in {LONGEST_QUESTION} characters.",
        )
    whom = Actor.objects.filter(pk=answer.whom, is_active=True).first() if answer.whom is not None else None
    if answer.whom is not None and whom is None:
        raise Invalid("Nobody of that name is here.", field="whom", value=str(answer.whom), remedy="Choose a person.")
    _update(task, at, status=TaskStatus.WAITING, asked=whom, asked_by=actor, question=question, answered_at=None)
    _tell(task, "task.asked", actor, answer.reason)


def _later(task: ReviewTask, answer: Answer, actor: Actor, at: datetime) -> None:
    until = answer.until or at + USUAL_PAUSE
    if not at < until <= at + LONGEST_PAUSE:
        raise Invalid(
            "A task is put off to a moment within a year.",
            field="until",
            value=until.isoformat(),
            remedy="Choose a later moment." if until <= at else "Choose an earlier moment.",
        )
    _update(task, at, snoozed_until=until)
    _tell(task, "task.snoozed", actor, answer.reason)


def _escalate(task: ReviewTask, answer: Answer, actor: Actor, at: datetime) -> None:
    _update(task, at, escalated_at=at)
    _tell(task, "task.escalated", actor, answer.reason)


def _skip(task: ReviewTask, answer: Answer, actor: Actor, at: datetime) -> None:
    """Nothing about the task changes; how often somebody passed it by is remembered."""
    skip, fresh = TaskSkip.objects.get_or_create(task=task, actor=actor, defaults={"times": 1, "last_at": at})
    if fresh:
        return
    if skip.times >= SKIPS_WITHOUT_REASON and not answer.reason.strip():
        raise Invalid(
            "You have passed this task by twice.",
            field="reason",
            remedy="Say what makes it hard, or ask, escalate or put it off.",
        )
    TaskSkip.objects.filter(pk=skip.pk).update(times=F("times") + 1, last_at=at)


def _update(task: ReviewTask, at: datetime, **fields: Any) -> None:
    if not ReviewTask.objects.filter(pk=task.pk, status__in=LIVE).update(
        changed_at=at, lease_holder=None, lease_until=None, **fields
    ):
        raise decided_already(ReviewTask.objects.get(pk=task.pk))


def _tell(task: ReviewTask, type: str, actor: Actor, reason: str) -> None:
    record(EventDraft(type=type, domain=task.domain_id, subject=f"task:{task.pk}", reason=reason), actor=actor)
