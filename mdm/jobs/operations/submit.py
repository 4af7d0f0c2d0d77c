"""Asking for long work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.accounts.queries import require
from mdm.events import request
from mdm.events.operations.record import EventDraft, record
from mdm.jobs import registry
from mdm.jobs.doorbell import ring
from mdm.jobs.models import Chunk, Job
from mdm.jobs.registry import ChunkDraft
from mdm.kernel.errors import Invalid


def submit(
    *,
    kind: str,
    domain: str,
    label: str,
    params: Mapping[str, Any],
    actor: Actor,
    chunks: Sequence[ChunkDraft],
    action: str = "operate",
    system: str = "",
    total: int | None = None,
    reason: str = "",
) -> Job:
    """The job waits for a worker with its first chunks; the doorbell rings when the caller's transaction commits.

    Raises: NotAllowed without `action` in the domain (and for `system`, if given); Invalid for an unknown kind or
    when there is no chunk at all.
    """
    require(actor, action, domain, system=system)
    _check(kind, chunks)
    with transaction.atomic():
        job = Job.objects.create(
            kind=kind,
            domain=domain,
            label=label[:200],
            params=dict(params),
            requested_by=actor,
            request_id=request.current(),
            total=total,
        )
        Chunk.objects.bulk_create(number_chunks(job, chunks, {}), batch_size=1000)
        _record(job, len(chunks), actor, reason)
        ring(len(chunks))
    job.refresh_from_db()
    return job


def _check(kind: str, chunks: Sequence[ChunkDraft]) -> None:
    if registry.find(kind) is None:
        raise Invalid("No such kind of job.", field="kind", value=kind, remedy="Use a kind that an app registers.")
    if not chunks:
        raise Invalid("A job needs at least one chunk.", field="chunks", remedy="Submit the work to be done.")


def _record(job: Job, chunks: int, actor: Actor, reason: str) -> None:
    draft = EventDraft(
        type="job.submitted",
        domain=job.domain,
        subject=f"job:{job.pk}",
        reason=reason,
        detail={"kind": job.kind, "chunks": chunks},
    )
    record(draft, actor=actor)


def number_chunks(job: Job, drafts: Sequence[ChunkDraft], taken: Mapping[int, int]) -> list[Chunk]:
    """Return unsaved chunks, numbered in each stage after the numbers already `taken` there."""
    following = dict(taken)
    chunks = []
    for draft in drafts:
        number = following.get(draft.stage, 0)
        following[draft.stage] = number + 1
        chunks.append(Chunk(job=job, stage=draft.stage, number=number, payload=dict(draft.payload)))
    return chunks
