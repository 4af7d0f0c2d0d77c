"""What the clock starts: one operation each."""

from __future__ import annotations

from celery import shared_task

from sync.ingestion.operations.forget_old import forget_old


@shared_task(name="sync.ingestion.tasks.forget", ignore_result=True)
def forget(**_: object) -> None:
    forget_old()
