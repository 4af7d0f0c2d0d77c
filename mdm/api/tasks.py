"""What the clock starts: one operation each."""

from __future__ import annotations

from celery import shared_task

from mdm.api.operations.forget_answers import forget_answers


@shared_task(name="mdm.api.tasks.forget", ignore_result=True)
def forget(**_: object) -> None:
    forget_answers()
