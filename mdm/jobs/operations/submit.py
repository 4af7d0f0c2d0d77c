"""Asking for long work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mdm.accounts.models import Actor
from mdm.jobs.models import Job
from mdm.jobs.registry import ChunkDraft


def submit(
    *,
    kind: str,
    domain: str,
    label: str,
    params: Mapping[str, Any],
    actor: Actor,
    chunks: Sequence[ChunkDraft],
    action: str = "operate",
    total: int | None = None,
    reason: str = "",
) -> Job:
    """The job waits for a worker with its first chunks; the doorbell rings when the caller's transaction commits.

    Raises: NotAllowed without `action` in the domain; Invalid for an unknown kind, or no chunk at all.
    """
    raise NotImplementedError
