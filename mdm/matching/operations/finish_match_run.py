"""Close a match run whose job has ended."""

from __future__ import annotations

from mdm.jobs.models import Job, JobStatus
from mdm.kernel.clock import database_now
from mdm.matching.models import MatchRun

_OUTCOMES = {JobStatus.DONE: "DONE", JobStatus.CANCELLED: "CANCELLED"}


def finish_match_run(job: Job) -> None:
    """The run that `job` carried has ended as the job did, with the job's counts."""
    MatchRun.objects.filter(job=job.pk, status="RUNNING").update(
        status=_OUTCOMES.get(JobStatus(job.status), "FAILED"),
        finished_at=database_now(),
        counts={"records": job.done, **job.counts},
    )
