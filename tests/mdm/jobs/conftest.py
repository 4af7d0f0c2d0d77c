from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from pytest_django import Settings

from mdm.accounts.models import Actor, Grant
from mdm.jobs import doorbell
from mdm.jobs.models import Chunk, Job
from mdm.jobs.operations.run_next import run_next
from mdm.jobs.operations.submit import submit
from mdm.jobs.registry import ChunkDraft
from tests.mdm.jobs import kinds

AsOwner = Callable[[], AbstractContextManager[Any]]


def person(name: str, *grants: tuple[str, str]) -> Actor:
    """Return a new person holding the (domain, action) grants."""
    actor = Actor.objects.create(kind="person", email=f"{name}-{uuid.uuid4().hex[:8]}@example.com", name=name)
    for domain, action in grants:
        Grant.objects.create(subject=actor, domain=domain, action=action, scope="*")
    return actor


@pytest.fixture
def rings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The doorbell, heard here and nowhere else."""
    heard: list[int] = []
    monkeypatch.setattr(doorbell, "_send", heard.append)
    return heard


@pytest.fixture
def effect_table(as_owner: AsOwner, settings: Settings) -> Iterator[None]:
    with as_owner() as cursor:
        cursor.execute(kinds.CREATE)
    kinds.install()
    settings.JOB_RETRY_SECONDS = 0
    yield
    with as_owner() as cursor:
        cursor.execute("DROP TABLE job_effect")


@pytest.fixture
def committed(transactional_db: None, effect_table: None, rings: list[int]) -> None:
    """Real commits: several connections see each other's work."""


@pytest.fixture
def operator(committed: None) -> Actor:
    return person("olga", ("party", "operate"), ("party", "view"))


@pytest.fixture
def count(operator: Actor) -> Callable[..., Job]:
    def start(*chunks: ChunkDraft, kind: str = "count", **more: Any) -> Job:
        options = {
            "domain": "party",
            "label": "Count rows",
            "params": {},
            "actor": operator,
            **more,
        }
        return submit(kind=kind, chunks=chunks, **options)

    return start


def drain(job: Job) -> Job:
    """Run chunks until none is runnable."""
    while run_next(job_id=job.pk):
        pass
    job.refresh_from_db()
    return job


def statuses(job: Job) -> list[str]:
    return list(Chunk.objects.filter(job=job).order_by("stage", "number").values_list("status", flat=True))
