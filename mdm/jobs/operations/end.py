"""Ending a job with its last chunk."""

from __future__ import annotations

import logging
from uuid import UUID

from django.db import OperationalError, transaction

from mdm.accounts.queries import machine_actor
from mdm.events.operations.record import EventDraft, record
from mdm.jobs import registry
from mdm.jobs.models import ENDED, Chunk, ChunkStatus, Job, JobStatus
from mdm.kernel.clock import database_now
from mdm.kernel.errors import DomainError

logger = logging.getLogger(__name__)

# A cancelled job has its event already: the request to cancel it, with actor and reason.
_EVENTS = {
    JobStatus.DONE: "job.finished",
    JobStatus.FAILED: "job.failed",
}


def end_if_over(*, job_id: UUID) -> bool:
    """The job has ended if none of its chunks will run any more, and its kind's `finished` hook has run with it.

    A failed chunk lets the others of its stage run, and keeps every later stage from starting.
    """
    with transaction.atomic():
        job = Job.objects.select_for_update(no_key=True).filter(pk=job_id).exclude(status__in=ENDED).first()
        outcome = _outcome(job) if job is not None else None
        if job is None or outcome is None:
            return False
        status, error = outcome
        now = database_now()
        job.chunks.filter(status=ChunkStatus.PENDING).update(
            status=ChunkStatus.CANCELLED, lease_until=None, finished_at=now
        )
        _end(job, status, error)
        hook_error = _run_hook(job)
        if hook_error:
            _end(job, JobStatus.FAILED, hook_error)
        _record(job)
    return True


def _outcome(job: Job) -> tuple[JobStatus, str] | None:
    chunks = Chunk.objects.filter(job=job)
    if chunks.filter(status=ChunkStatus.LEASED).exists():
        return None
    if job.status == JobStatus.CANCELLING:
        return JobStatus.CANCELLED, ""
    failed = chunks.filter(status=ChunkStatus.FAILED).order_by("stage", "number").first()
    waiting = chunks.filter(status=ChunkStatus.PENDING)
    if failed is not None:
        return None if waiting.filter(stage__lte=failed.stage).exists() else (JobStatus.FAILED, failed.error)
    return None if waiting.exists() else (JobStatus.DONE, "")


def _end(job: Job, status: JobStatus, error: str) -> None:
    """The job's row is locked by the caller, who found it unended."""
    job.status, job.error, job.finished_at = status, error[:2000], database_now()
    Job.objects.filter(pk=job.pk).update(status=job.status, error=job.error, finished_at=job.finished_at)


def _run_hook(job: Job) -> str:
    kind = registry.find(job.kind)
    if kind is None or kind.finished is None:
        return ""
    try:
        with transaction.atomic():
            kind.finished(job)
    except OperationalError:
        raise  # the database undid this, or is away: the next sweep ends the job
    except DomainError as error:
        return str(error)
    except Exception as error:
        logger.error("The closing step of job %s raised %s.", job.pk, type(error).__name__)
        return f"The work is kept, but its closing step raised {type(error).__name__}."
    return ""


def _record(job: Job) -> None:
    event = _EVENTS.get(JobStatus(job.status))
    if event is None:
        return
    detail = {"kind": job.kind, "done": job.done}
    draft = EventDraft(type=event, domain=job.domain, subject=f"job:{job.pk}", detail=detail)
    record(draft, actor=machine_actor())
