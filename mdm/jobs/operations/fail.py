"""Chunks that did not work out."""

from __future__ import annotations

from django.db import connection

from mdm.jobs.limits import max_attempts, retry_seconds
from mdm.jobs.models import Chunk, ChunkStatus, Job, JobStatus
from mdm.jobs.operations.claim import Claim
from mdm.kernel.clock import database_now


def fail(*, claim: Claim, error: str) -> bool:
    """The chunk has failed for good, with its cause; False when another worker has it by now."""
    rows = Chunk.objects.filter(pk=claim.chunk_id, fence=claim.fence, status=ChunkStatus.LEASED).update(
        status=ChunkStatus.FAILED,
        lease_until=None,
        finished_at=database_now(),
        error=error[:2000],
    )
    return rows == 1


def retry(*, claim: Claim, error: str, at_once: bool = False) -> bool:
    """The chunk waits for its next attempt, longer each time, or has failed after the last one."""
    if claim.attempt >= max_attempts():
        return fail(claim=claim, error=f"Tried {claim.attempt} times. {error}")
    delay = 0 if at_once else retry_seconds() * 2 ** (claim.attempt - 1)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE jobs_chunk SET status = 'PENDING', lease_until = NULL, error = %s,
                not_before = clock_timestamp() + make_interval(secs => %s)
            WHERE id = %s AND fence = %s AND status = 'LEASED'
            """,
            [error[:2000], delay, claim.chunk_id, claim.fence],
        )
        return bool(cursor.rowcount == 1)


def drop(*, claim: Claim) -> None:
    """The chunk is cancelled if its job is being cancelled: it had not begun to write."""
    cancelling = Job.objects.filter(pk=claim.job_id, status=JobStatus.CANCELLING)
    Chunk.objects.filter(
        pk=claim.chunk_id,
        fence=claim.fence,
        status=ChunkStatus.LEASED,
        job__in=cancelling,
    ).update(status=ChunkStatus.CANCELLED, lease_until=None, finished_at=database_now())
