"""Reads: what is runnable, who may see which job, how far it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, LiteralString
from uuid import UUID

from django.db.models import Min, Q, QuerySet, Sum

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of
from mdm.jobs import registry
from mdm.jobs.models import ENDED, UNENDED_CHUNK, Chunk, ChunkStatus, Job, JobOutput, JobStatus
from mdm.kernel.clock import database_now
from mdm.kernel.errors import NotFound
from mdm.kernel.prepared import fetch_prepared

# A chunk `c` may run now: it waits, its pause is over, and no lower stage has anything unfinished or failed.
RUNNABLE: Final[LiteralString] = """
c.status = 'PENDING' AND (c.not_before IS NULL OR c.not_before <= clock_timestamp())
AND NOT EXISTS (
    SELECT FROM jobs_chunk lower WHERE lower.job_id = c.job_id AND lower.stage < c.stage
    AND lower.status IN ('PENDING', 'LEASED', 'FAILED')
)
"""

_COUNT: Final[LiteralString] = f"""
SELECT count(*) FROM (
    SELECT FROM jobs_chunk c JOIN jobs_job j ON j.id = c.job_id
    WHERE j.status IN ('QUEUED', 'RUNNING') AND j.kind = ANY(%(kinds)s::text[])
      AND (%(job)s::uuid IS NULL OR j.id = %(job)s::uuid) AND c.stage > %(above)s::int AND {RUNNABLE} LIMIT 100
) AS runnable
"""

RATE_WINDOW = timedelta(seconds=60)


@dataclass(frozen=True)
class Progress:
    """How far a job is: `rate` per second over the last minute, `eta` the seconds left, None while unknown."""

    done: int
    total: int | None
    rate: float
    eta: float | None
    counts: Mapping[str, int]
    stage: int
    stage_label: str


def runnable_chunks(*, job_id: UUID | None = None, above_stage: int = -1) -> int:
    """Return how many chunks a worker of this process could take now, counting no further than 100."""
    asked = {"kinds": registry.names(), "job": job_id, "above": above_stage}
    ((count,),) = fetch_prepared(_COUNT, asked)
    return int(count)


def leased_chunks() -> int:
    """Return how many chunks workers hold now."""
    return Chunk.objects.filter(status=ChunkStatus.LEASED).count()


def unended_jobs(*, job_id: UUID | None = None) -> int:
    """Return how many jobs (of one id, if given) that this process can run have not ended."""
    jobs = Job.objects.filter(kind__in=registry.names()).exclude(status__in=ENDED)
    return (jobs.filter(pk=job_id) if job_id else jobs).count()


def jobs_to_end() -> list[UUID]:
    """Return unended jobs that no chunk keeps open: candidates, decided under their lock."""
    chunk = Chunk.objects.all()
    jobs = Job.objects.exclude(status__in=ENDED).exclude(pk__in=chunk.filter(status="LEASED").values("job"))
    waiting = chunk.filter(status=ChunkStatus.PENDING).values("job")
    failed = chunk.filter(status=ChunkStatus.FAILED).values("job")
    over = Q(status=JobStatus.CANCELLING) | ~Q(pk__in=waiting) | Q(pk__in=failed)
    return list(jobs.filter(over).values_list("pk", flat=True))


def visible_jobs(*, actor: Actor) -> QuerySet[Job]:
    """Return the jobs of domains the actor may view, and their own."""
    permissions = permissions_of(actor)
    jobs = Job.objects.select_related("requested_by").order_by("-submitted_at")
    if permissions.everywhere("view"):
        return jobs
    return jobs.filter(Q(domain__in=permissions.domains("view")) | Q(requested_by=actor))


def get_job(*, actor: Actor, job_id: UUID) -> Job:
    """Return the job.

    Raises: NotFound when there is none, or the actor may not view its domain.
    """
    job = visible_jobs(actor=actor).filter(pk=job_id).first()
    if job is None:
        raise NotFound(
            "No such job.",
            field="job",
            value=str(job_id),
            remedy="Look it up in the list of jobs.",
        )
    return job


def output_of(job: Job) -> Iterator[bytes]:
    """Yield the parts of the file that the job made, in order; none when it made none, or they are kept no more."""
    parts = JobOutput.objects.filter(job=job).order_by("number").values_list("body", flat=True)
    return (bytes(body) for body in parts.iterator(chunk_size=8))


def has_output(job: Job) -> bool:
    """Say whether there is a file to take."""
    return JobOutput.objects.filter(job=job).exists()


def progress(job: Job) -> Progress:
    """Return how far the job is, from its row as given and its chunks of the last minute."""
    stage = _stage(job)
    kind = registry.find(job.kind)
    labels = kind.stages if kind else ()
    rate = _rate(job)
    left = job.total - job.done if job.total is not None else None
    eta = max(left, 0) / rate if left is not None and rate > 0 and job.status not in ENDED else None
    return Progress(
        done=job.done,
        total=job.total,
        rate=rate,
        eta=eta,
        counts=job.counts,
        stage=stage,
        stage_label=labels[stage] if stage < len(labels) else "",
    )


def _stage(job: Job) -> int:
    chunks = Chunk.objects.filter(job=job)
    current = chunks.filter(status__in=UNENDED_CHUNK).order_by("stage").first() or chunks.order_by("-stage").first()
    return current.stage if current else 0


def _rate(job: Job) -> float:
    """Return units per second: over the whole run when it has ended, else over what finished in the last minute."""
    if job.started_at is None:
        return 0.0
    if job.finished_at is not None:
        return job.done / max((job.finished_at - job.started_at).total_seconds(), 0.001)
    now = database_now()
    recent = Chunk.objects.filter(job=job, done__gt=0, finished_at__gt=now - RATE_WINDOW)
    seen = recent.aggregate(done=Sum("done"), since=Min("started_at"))
    if seen["since"] is None:
        return 0.0
    since = max(seen["since"], now - RATE_WINDOW)
    return float(seen["done"] / max((now - since).total_seconds(), 0.001))
