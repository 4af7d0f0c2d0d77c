"""The one transaction in which a chunk has its effect and is done."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from django.db import connection, transaction
from django.db.models import Max

from mdm.jobs.doorbell import ring
from mdm.jobs.models import Chunk, Job
from mdm.jobs.operations.claim import Claim, LeaseLost
from mdm.jobs.operations.submit import number_chunks
from mdm.jobs.registry import ChunkDraft, ChunkResult
from mdm.kernel.faults import point


class Cancelled(Exception):
    """The job was cancelled before this chunk began to write."""


def complete(*, claim: Claim, effect: Callable[[], ChunkResult]) -> ChunkResult:
    """The chunk's effect and its completion are committed together, or neither is.

    The chunk's row is held from the start: while this transaction lives nobody takes the chunk away, and when its
    worker dies the lock dies with it.
    Raises: LeaseLost when another worker has the chunk; Cancelled when the job is; what `effect` raises.
    """
    with transaction.atomic(durable=True):
        _hold(claim)
        result = effect()
        point("jobs.in_apply")
        _finish(claim, result)
        _count(claim, result)
        _spawn(claim, result.spawn)
        point("jobs.before_commit")
    return result


def _hold(claim: Claim) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT j.status FROM jobs_chunk c JOIN jobs_job j ON j.id = c.job_id
            WHERE c.id = %s AND c.fence = %s AND c.status = 'LEASED' FOR NO KEY UPDATE OF c
            """,
            [claim.chunk_id, claim.fence],
        )
        row = cursor.fetchone()
    if row is None:
        raise LeaseLost
    if row[0] != "RUNNING":
        raise Cancelled


def _finish(claim: Claim, result: ChunkResult) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE jobs_chunk SET status = 'DONE', lease_until = NULL, finished_at = clock_timestamp(), error = '',
                done = %s, result = %s::jsonb
            WHERE id = %s AND fence = %s AND status = 'LEASED'
            """,
            [
                result.done,
                json.dumps({"counts": dict(result.counts)}),
                claim.chunk_id,
                claim.fence,
            ],
        )
        if cursor.rowcount != 1:
            raise LeaseLost


def _count(claim: Claim, result: ChunkResult) -> None:
    """Add to the job's counts; the last lock taken, so that chunks of one job wait for each other only to commit."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE jobs_job SET done = done + %s, total = coalesce(%s, total), counts = (
                SELECT coalesce(jsonb_object_agg(name, sum), '{}') FROM (
                    SELECT name, sum(amount::bigint) FROM (
                        SELECT * FROM jsonb_each_text(counts) UNION ALL SELECT * FROM jsonb_each_text(%s::jsonb)
                    ) AS every(name, amount) GROUP BY name
                ) AS summed
            ) WHERE id = %s AND status IN ('RUNNING', 'CANCELLING')
            """,
            [result.done, result.total, json.dumps(dict(result.counts)), claim.job_id],
        )
        if cursor.rowcount != 1:
            raise LeaseLost


def _spawn(claim: Claim, drafts: Sequence[ChunkDraft]) -> None:
    ring(len(drafts))
    if not drafts:
        return
    if any(draft.stage < claim.stage for draft in drafts):
        raise ValueError("A chunk may only add chunks to its own stage or a later one: earlier stages are closed.")
    taken = Chunk.objects.filter(job_id=claim.job_id).values_list("stage").annotate(last=Max("number"))
    numbered = number_chunks(Job(pk=claim.job_id), drafts, {stage: last + 1 for stage, last in taken})
    Chunk.objects.bulk_create(numbered, batch_size=1000)
