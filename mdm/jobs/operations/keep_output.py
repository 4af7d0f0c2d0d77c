"""What a job makes for people to take with them."""

from __future__ import annotations

from uuid import UUID

from mdm.jobs.models import JobOutput


def keep_output(*, job_id: UUID, number: int, body: bytes) -> None:
    """The part is kept as the one of that number, in the caller's transaction: a chunk's effect."""
    JobOutput.objects.create(job_id=job_id, number=number, body=body)
