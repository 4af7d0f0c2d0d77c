"""The one transaction in which a chunk has its effect and is done."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Final, LiteralString

from django.db import transaction
from django.db.models import Max

from mdm.jobs.doorbell import ring
from mdm.jobs.models import Chunk, Job
from mdm.jobs.operations.claim import Claim, LeaseLost
from mdm.jobs.operations.submit import number_chunks
from mdm.jobs.registry import ChunkDraft, ChunkResult
from mdm.kernel.faults import point
from mdm.kernel.prepared import fetch_prepared


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
        _spawn(claim, result.spawn)
        point("jobs.before_commit")
    return result


_HOLD: Final[LiteralString] = """
SELECT j.status FROM jobs_chunk c JOIN jobs_job j ON j.id = c.job_id
WHERE c.id = %(chunk)s::bigint AND c.fence = %(fence)s::bigint AND c.status = 'LEASED' FOR NO KEY UPDATE OF c
"""


def _hold(claim: Claim) -> None:
    rows = fetch_prepared(_HOLD, {"chunk": claim.chunk_id, "fence": claim.fence})
    if not rows:
        raise LeaseLost
    if rows[0][0] != "RUNNING":
        raise Cancelled


# The job's row is the last lock taken, so that chunks of one job wait for each other only to commit.
_FINISH: Final[LiteralString] = """
WITH finished AS (
    UPDATE jobs_chunk SET status = 'DONE', lease_until = NULL, finished_at = clock_timestamp(), error = '',
        done = %(done)s::bigint, result = jsonb_build_object('counts', %(counts)s::jsonb)
    WHERE id = %(chunk)s::bigint AND fence = %(fence)s::bigint AND status = 'LEASED'
    RETURNING job_id
)
UPDATE jobs_job j SET done = j.done + %(done)s::bigint, total = coalesce(%(total)s::bigint, j.total), counts = (
    SELECT coalesce(jsonb_object_agg(name, sum), '{}') FROM (
        SELECT name, sum(amount::bigint) FROM (
            SELECT * FROM jsonb_each_text(j.counts) UNION ALL SELECT * FROM jsonb_each_text(%(counts)s::jsonb)
        ) AS every(name, amount) GROUP BY name
    ) AS summed
) FROM finished WHERE j.id = finished.job_id AND j.status IN ('RUNNING', 'CANCELLING') RETURNING j.id
"""


def _finish(claim: Claim, result: ChunkResult) -> None:
    told = {"done": result.done, "total": result.total, "counts": json.dumps(dict(result.counts))}
    if not fetch_prepared(_FINISH, {"chunk": claim.chunk_id, "fence": claim.fence, **told}):
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
