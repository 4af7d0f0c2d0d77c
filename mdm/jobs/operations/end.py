"""Ending a job with its last chunk."""

from __future__ import annotations

import logging
from typing import Final, LiteralString
from uuid import UUID

from django.db import OperationalError, transaction

from mdm.accounts.queries import machine_actor
from mdm.events.operations.record import EventDraft, record
from mdm.jobs import registry
from mdm.jobs.models import ENDED, ChunkStatus, Job, JobStatus
from mdm.kernel.clock import database_now
from mdm.kernel.errors import DomainError
from mdm.kernel.prepared import fetch_prepared

logger = logging.getLogger(__name__)

# A cancelled job has its event already: the request to cancel it, with actor and reason.
_EVENTS = {
    JobStatus.DONE: "job.finished",
    JobStatus.FAILED: "job.failed",
}


# How a job would end by what its chunks are now. A failed chunk counts only once nothing waits in its stage or below.
_STANDING: Final[LiteralString] = """
WITH failed AS (
    SELECT stage, error FROM jobs_chunk WHERE job_id = %(job)s::uuid AND status = 'FAILED'
    ORDER BY stage, number LIMIT 1
)
SELECT j.status, (SELECT error FROM failed),
    EXISTS (SELECT FROM jobs_chunk c WHERE c.job_id = j.id AND c.status = 'LEASED'),
    EXISTS (SELECT FROM jobs_chunk c WHERE c.job_id = j.id AND c.status = 'PENDING'
        AND c.stage <= coalesce((SELECT stage FROM failed), c.stage))
FROM jobs_job j WHERE j.id = %(job)s::uuid AND j.status <> ALL(%(ended)s::text[])
"""


def end_if_over(*, job_id: UUID) -> bool:
    """The job has ended if none of its chunks will run any more, and its kind's `finished` hook has run with it.

    A failed chunk lets the others of its stage run, and keeps every later stage from starting.
    """
    # Most chunks are not the last one, and need no lock to know it: who commits later sees what the others did.
    if _outcome(job_id) is None:
        return False
    with transaction.atomic():
        job = Job.objects.select_for_update(no_key=True).filter(pk=job_id).exclude(status__in=ENDED).first()
        outcome = _outcome(job_id)
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


def _outcome(job_id: UUID) -> tuple[JobStatus, str] | None:
    rows = fetch_prepared(_STANDING, {"job": job_id, "ended": list(ENDED)})
    if not rows:
        return None
    status, failure, runs, waits = rows[0]
    if runs:
        return None
    if status == JobStatus.CANCELLING:
        return JobStatus.CANCELLED, ""
    if waits:
        return None
    return (JobStatus.DONE, "") if failure is None else (JobStatus.FAILED, failure)


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
