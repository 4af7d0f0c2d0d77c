"""What the doorbell starts: ids in, one operation out."""

from __future__ import annotations

from celery import shared_task

from mdm.jobs.doorbell import ring
from mdm.jobs.operations.purge import purge as purge_jobs
from mdm.jobs.operations.run_next import run_next
from mdm.jobs.operations.sweep import sweep as sweep_jobs


@shared_task(name="mdm.jobs.tasks.work", ignore_result=True)
def work(**_: object) -> None:
    """Run one chunk, and ring again: a chain of short tasks, so that no worker is held and stopping is quick."""
    if run_next():
        ring()


@shared_task(name="mdm.jobs.tasks.sweep", ignore_result=True)
def sweep(**_: object) -> None:
    sweep_jobs()


@shared_task(name="mdm.jobs.tasks.purge", ignore_result=True)
def purge(**_: object) -> None:
    purge_jobs()
