"""Stopping a job."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.accounts.queries import require
from mdm.events.operations.record import EventDraft, record
from mdm.jobs.models import Job, JobStatus
from mdm.jobs.operations.end import end_if_over
from mdm.jobs.queries import get_job
from mdm.kernel.errors import Conflict


def cancel(*, job_id: UUID, actor: Actor, reason: str = "") -> Job:
    """No further chunk of the job starts to write; it is CANCELLED when the last lease has ended.

    A chunk whose transaction has begun finishes it, so nothing is half written; what earlier chunks did stays.
    Raises: NotFound if the actor may not see the job; NotAllowed unless it is their own or they may operate its
    domain; Conflict when it is over or being cancelled already.
    """
    job = get_job(actor=actor, job_id=job_id)
    if job.requested_by_id != actor.pk:
        require(actor, "operate", job.domain)
    with transaction.atomic():
        stopped = Job.objects.filter(pk=job_id, status__in=(JobStatus.QUEUED, JobStatus.RUNNING)).update(
            status=JobStatus.CANCELLING
        )
        if not stopped:
            raise Conflict(
                "The job cannot be cancelled any more.",
                field="status",
                value=Job.objects.get(pk=job_id).status,
                remedy="It is over, or is being cancelled already.",
            )
        draft = EventDraft(
            type="job.cancelled",
            domain=job.domain,
            subject=f"job:{job.pk}",
            reason=reason,
        )
        record(draft, actor=actor)
    end_if_over(job_id=job_id)
    job.refresh_from_db()
    return job
