"""Running one chunk."""

from __future__ import annotations

import gc
import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from uuid import UUID

from django.db import OperationalError

from mdm.events import request
from mdm.jobs import registry
from mdm.jobs.doorbell import ring
from mdm.jobs.models import Job, JobStatus
from mdm.jobs.operations.claim import (
    Claim,
    LeaseLost,
    claim_chunk,
    extend_lease,
    release,
)
from mdm.jobs.operations.complete import Cancelled, complete
from mdm.jobs.operations.end import end_if_over
from mdm.jobs.operations.fail import drop, fail, retry
from mdm.jobs.queries import runnable_chunks
from mdm.jobs.registry import ChunkContext, JobKind
from mdm.kernel.errors import DomainError
from mdm.kernel.faults import point

logger = logging.getLogger(__name__)

# PostgreSQL undid the transaction for the sake of another: the same attempt may simply be made again.
_UNDONE_FOR_ANOTHER = ("40001", "40P01")


def run_next(*, job_id: UUID | None = None) -> bool:
    """One chunk has been run, wherever it was most due; False when nothing is runnable.

    Whatever the chunk's handler raises ends in the chunk's row, never here.
    """
    claim = claim_chunk(job_id=job_id)
    if claim is None:
        return False
    job = Job.objects.select_related("requested_by").get(pk=claim.job_id)
    with request.bound(job.request_id):
        with _uncollected():
            _run(claim, job)
        end_if_over(job_id=job.pk)
    ring(runnable_chunks(job_id=job.pk, above_stage=claim.stage))  # the last chunk of a stage opens the next one
    return True


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let no search for reference cycles walk through the many objects of a chunk: it costs an eighth of the time.

    A chunk is small, and what it leaves behind is found by the first search after it.
    """
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searching:
            gc.enable()


def _run(claim: Claim, job: Job) -> None:
    kind = registry.find(claim.kind)
    assert kind is not None, "only registered kinds are claimed"
    try:
        _carry_out(claim, kind, _context(claim, job))
    except LeaseLost:
        logger.warning(
            "Chunk %s of job %s was taken over: this attempt has no effect.",
            claim.chunk_id,
            job.pk,
        )
    except Cancelled:
        drop(claim=claim)
    except DomainError as error:
        fail(claim=claim, error=str(error))
    except Exception as error:
        _try_again(claim, job, error)
    except BaseException:
        release(claim=claim)
        raise


def _carry_out(claim: Claim, kind: JobKind, context: ChunkContext) -> None:
    point("jobs.before_prepare")
    prepared = kind.prepare(context)
    point("jobs.before_apply")
    complete(claim=claim, effect=lambda: kind.apply(context, prepared))
    point("jobs.after_commit")


def _try_again(claim: Claim, job: Job, error: Exception) -> None:
    """Tell the class and the request only: the text of an unexpected error may hold somebody's data."""
    where = "".join(traceback.format_tb(error.__traceback__))
    logger.error(
        "Chunk %s of job %s: %s\n%s",
        claim.chunk_id,
        job.pk,
        type(error).__name__,
        where,
    )
    cause = f"Unexpected {type(error).__name__}; the log has it under request {job.request_id or job.pk}."
    sqlstate = getattr(error.__cause__, "sqlstate", None) if isinstance(error, OperationalError) else None
    retry(claim=claim, error=cause, at_once=sqlstate in _UNDONE_FOR_ANOTHER)


def _context(claim: Claim, job: Job) -> ChunkContext:
    return ChunkContext(
        job_id=job.pk,
        kind=job.kind,
        domain=job.domain,
        params=job.params,
        actor=job.requested_by,
        stage=claim.stage,
        number=claim.number,
        payload=claim.payload,
        attempt=claim.attempt,
        heartbeat=partial(extend_lease, claim=claim),
        cancelled=partial(_cancelled, job.pk),
    )


def _cancelled(job_id: UUID) -> bool:
    return not Job.objects.filter(pk=job_id, status=JobStatus.RUNNING).exists()
