"""Close a match run whose job has ended."""

from __future__ import annotations

from django.db import connection

from mdm.jobs.models import Job, JobStatus
from mdm.kernel.clock import database_now
from mdm.matching.models import MatchRun, MatchShard

OUTCOMES = {JobStatus.DONE: "DONE", JobStatus.CANCELLED: "CANCELLED"}


_FORGET = """
DELETE FROM matching_matchstate m USING matching_matchrun r, records_sourcerecord s
WHERE r.job = %s AND s.id = m.source_record_id AND s.domain_id = r.domain_id AND m.matched_at >= r.started_at
"""


def finish_match_run(job: Job) -> None:
    """The run that `job` carried has ended as the job did, with the job's counts.

    Of a run that did not end well, what it compared may not have been asked about: those records wait again.
    """
    if job.status != JobStatus.DONE:
        _wait_again(job)
    MatchShard.objects.filter(run__job=job.pk).delete()
    MatchRun.objects.filter(job=job.pk, status="RUNNING").update(
        status=OUTCOMES.get(JobStatus(job.status), "FAILED"),
        finished_at=database_now(),
        counts={"records": job.done, **job.counts},
    )


def _wait_again(job: Job) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [job.pk])
