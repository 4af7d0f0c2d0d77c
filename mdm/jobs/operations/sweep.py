"""Mending what crashes and lost rings left behind."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from mdm.jobs.doorbell import ring
from mdm.jobs.limits import max_attempts, parallel
from mdm.jobs.models import ChunkStatus
from mdm.jobs.operations.end import end_if_over
from mdm.jobs.queries import jobs_to_end, leased_chunks, runnable_chunks


@dataclass(frozen=True)
class Swept:
    """What a sweep found: chunks that wait again, chunks given up, jobs ended, chunks that could run now."""

    requeued: int
    given_up: int
    ended: int
    runnable: int


# SKIP LOCKED: a worker in its writing transaction holds its chunk's row, and is not lost however long it takes.
_EXPIRE = """
WITH lost AS (
    SELECT id FROM jobs_chunk WHERE status = 'LEASED' AND lease_until < clock_timestamp()
    FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE jobs_chunk c SET lease_until = NULL, error = %(error)s,
    status = CASE WHEN c.attempts >= %(most)s THEN 'FAILED' ELSE 'PENDING' END,
    finished_at = CASE WHEN c.attempts >= %(most)s THEN clock_timestamp() END
FROM lost WHERE c.id = lost.id RETURNING c.status
"""


def sweep() -> Swept:
    """Chunks of lost workers wait again (or have failed after the last attempt), jobs that are over have ended.

    Rings the doorbell for what is runnable and has no worker, so a ring that got lost costs one sweep interval.
    """
    with connection.cursor() as cursor:
        most = max_attempts()
        error = f"Its worker was lost {most} times while running it, or did not answer within its lease."
        cursor.execute(_EXPIRE, {"error": error, "most": most})
        expired = [status for (status,) in cursor.fetchall()]
    ended = sum(end_if_over(job_id=job_id) for job_id in jobs_to_end())
    runnable = runnable_chunks()
    ring(min(runnable, parallel() - leased_chunks()))
    failed = expired.count(ChunkStatus.FAILED)
    return Swept(requeued=len(expired) - failed, given_up=failed, ended=ended, runnable=runnable)
