"""What a kind of job is: an app registers one in `AppConfig.ready`, the runner looks it up by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from mdm.accounts.models import Actor
    from mdm.jobs.models import Job


@dataclass(frozen=True)
class ChunkDraft:
    """A chunk to be added: chunks of a stage run in any order, and only when every lower stage is done."""

    payload: Mapping[str, Any] = field(default_factory=dict)
    stage: int = 0


@dataclass(frozen=True)
class ChunkContext:
    """What a handler knows about the chunk it runs."""

    job_id: UUID
    kind: str
    domain: str
    params: Mapping[str, Any]
    actor: Actor
    stage: int
    number: int
    payload: Mapping[str, Any]
    attempt: int
    heartbeat: Callable[[], None]
    cancelled: Callable[[], bool]


@dataclass(frozen=True)
class ChunkResult:
    """What one chunk did: `done` counts towards the job's total, `counts` are summed over its chunks."""

    done: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    spawn: Sequence[ChunkDraft] = ()
    total: int | None = None


@dataclass(frozen=True)
class JobKind:
    """`prepare` runs outside a transaction; `apply` runs inside the one that also completes the chunk.

    `prepare` may run again after a crash, so it changes nothing; the effects of `apply` are kept exactly once.
    A `DomainError` from either ends the chunk with its message; any other exception is tried again.
    `finished` runs once, in the transaction that ends the job (DONE, FAILED or CANCELLED).
    `stages` names the stages for people, by number.
    """

    name: str
    label: str
    apply: Callable[[ChunkContext, Any], ChunkResult]
    prepare: Callable[[ChunkContext], Any] = lambda context: None
    finished: Callable[[Job], None] | None = None
    stages: tuple[str, ...] = ()


_kinds: dict[str, JobKind] = {}


def register(kind: JobKind) -> None:
    """Make `kind` known to this process; registering a name again replaces it."""
    _kinds[kind.name] = kind


def find(name: str) -> JobKind | None:
    """Return the kind of that name, or None when no installed app registers it."""
    return _kinds.get(name)


def names() -> list[str]:
    """Return the kinds this process can run."""
    return sorted(_kinds)
