"""Taking the next chunk, and keeping it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, LiteralString
from uuid import UUID

from django.db import transaction

from mdm.jobs import registry
from mdm.jobs.limits import lease_seconds
from mdm.jobs.models import Chunk, ChunkStatus
from mdm.jobs.queries import RUNNABLE, runnable_chunks
from mdm.kernel.prepared import fetch_prepared

_TRIES = 50


class LeaseLost(Exception):
    """Another worker has the chunk by now: nothing this one did may count."""


@dataclass(frozen=True)
class Claim:
    """One leased chunk of a job, and the fence that proves the lease."""

    chunk_id: int
    fence: int
    attempt: int
    stage: int
    number: int
    payload: Mapping[str, Any]
    job_id: UUID
    kind: str


# The job's row is locked first, as everywhere: cancelling, ending and claiming one job follow one another.
_CLAIM: Final[LiteralString] = f"""
WITH turn AS (
    SELECT j.id FROM jobs_job j
    WHERE j.status IN ('QUEUED', 'RUNNING') AND j.kind = ANY(%(kinds)s::text[])
      AND (%(job)s::uuid IS NULL OR j.id = %(job)s::uuid)
      AND EXISTS (SELECT FROM jobs_chunk c WHERE c.job_id = j.id AND {RUNNABLE})
    ORDER BY j.claimed_at NULLS FIRST, j.submitted_at, j.id
    LIMIT 1 FOR NO KEY UPDATE OF j
), next AS (
    SELECT c.id FROM jobs_chunk c JOIN turn ON turn.id = c.job_id
    WHERE {RUNNABLE}
    ORDER BY c.stage, c.number
    LIMIT 1 FOR NO KEY UPDATE OF c SKIP LOCKED
), leased AS (
    UPDATE jobs_chunk c SET status = 'LEASED', fence = nextval('jobs_fence'), attempts = c.attempts + 1,
        lease_until = clock_timestamp() + make_interval(secs => %(lease)s::float8), started_at = clock_timestamp(),
        not_before = NULL
    FROM next WHERE c.id = next.id
    RETURNING c.id, c.fence, c.attempts, c.stage, c.number, c.payload, c.job_id
), started AS (
    UPDATE jobs_job j SET status = 'RUNNING', claimed_at = clock_timestamp(),
        started_at = coalesce(j.started_at, clock_timestamp())
    FROM leased WHERE j.id = leased.job_id
    RETURNING j.id, j.kind
)
SELECT leased.id, leased.fence, leased.attempts, leased.stage, leased.number, leased.payload::text, started.id,
    started.kind
FROM leased JOIN started ON started.id = leased.job_id
"""


def claim_chunk(*, job_id: UUID | None = None) -> Claim | None:
    """The next chunk is the caller's to run: of the job that waited longest for its turn, in its lowest open stage.

    None when nothing is runnable. The attempt is counted here, so that a chunk that kills its worker is counted too.
    """
    for _ in range(_TRIES):
        claim = _try_claim(job_id)
        # A worker that was quicker may have taken the last chunk of that job; another job may still have some.
        if claim is not None or not runnable_chunks(job_id=job_id):
            return claim
    return None


def _try_claim(job_id: UUID | None) -> Claim | None:
    with transaction.atomic(durable=True):
        rows = fetch_prepared(_CLAIM, {"job": job_id, "kinds": registry.names(), "lease": lease_seconds()})
    if not rows:
        return None
    (row,) = rows
    chunk_id, fence, attempt, stage, number, payload, job, kind = row
    return Claim(chunk_id, fence, attempt, stage, number, json.loads(payload), job, kind)


_EXTEND: Final[LiteralString] = """
UPDATE jobs_chunk SET lease_until = clock_timestamp() + make_interval(secs => %(lease)s::float8)
WHERE id = %(chunk)s::bigint AND fence = %(fence)s::bigint AND status = 'LEASED' RETURNING id
"""


def extend_lease(*, claim: Claim) -> None:
    """The lease lasts its full time again.

    Raises: LeaseLost when another worker has the chunk.
    """
    if not fetch_prepared(_EXTEND, {"lease": lease_seconds(), "chunk": claim.chunk_id, "fence": claim.fence}):
        raise LeaseLost


def release(*, claim: Claim) -> None:
    """The chunk waits again, at once: its worker was told to stop."""
    Chunk.objects.filter(pk=claim.chunk_id, fence=claim.fence, status=ChunkStatus.LEASED).update(
        status=ChunkStatus.PENDING, lease_until=None
    )
