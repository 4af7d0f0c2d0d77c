"""Who holds a chunk: claims, leases, fences, lost workers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from mdm.accounts.models import Actor
from mdm.jobs import registry
from mdm.jobs.models import Chunk, Job
from mdm.jobs.operations.claim import LeaseLost, claim_chunk, extend_lease
from mdm.jobs.operations.run_next import run_next
from mdm.jobs.operations.sweep import sweep
from mdm.jobs.registry import ChunkContext, ChunkResult, JobKind
from tests.mdm.jobs.conftest import AsOwner, drain, statuses
from tests.mdm.jobs.kinds import effects, read, rows, write

Start = Callable[..., Job]


def together(count: int, act: Callable[[], Any]) -> list[Any]:
    """Run `act` in threads that start at one moment, each with its own connection."""
    barrier = threading.Barrier(count)

    def run() -> Any:
        try:
            barrier.wait(10)
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return [future.result(60) for future in [pool.submit(run) for _ in range(count)]]


def expire_leases() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE jobs_chunk SET lease_until = now() - interval '1 s' WHERE status = 'LEASED'")


def test_eight_workers_claim_eight_chunks(count: Start) -> None:
    for _ in range(5):
        job = count(*[rows(n, 1) for n in range(8)])

        claims = together(8, lambda: claim_chunk(job_id=job.pk))  # noqa: B023

        assert sorted(claim.number for claim in claims) == list(range(8))
        assert len({claim.fence for claim in claims}) == 8
        assert statuses(job) == ["LEASED"] * 8


def test_eight_workers_share_the_last_chunks_of_several_jobs(count: Start) -> None:
    for _ in range(5):
        jobs = [count(rows(0, 1)) for _ in range(8)]

        claims = together(8, claim_chunk)

        assert {claim.job_id for claim in claims} == {job.pk for job in jobs}


def test_eight_workers_drain_a_job_and_count_every_row_once(count: Start) -> None:
    job = count(*[rows(n * 5, 5) for n in range(30)], rows(150, 5, stage=1))

    together(8, lambda: drain(Job.objects.get(pk=job.pk)))
    drain(job)

    assert (job.status, job.done) == ("DONE", 155)
    assert effects(job.pk) == list(range(155))


def test_a_lost_lease_has_no_effect(count: Start) -> None:
    seen: list[int] = []

    def stalls_once(context: ChunkContext) -> list[int]:
        seen.append(context.attempt)
        if context.attempt == 1:
            expire_leases()
            sweep()
            assert run_next() is True
        return read(context)

    registry.register(JobKind(name="stalls", label="Stall", prepare=stalls_once, apply=write))
    job = count(rows(0, 3), kind="stalls")

    drain(job)

    assert seen == [1, 2]
    assert (job.status, job.done, effects(job.pk)) == ("DONE", 3, [0, 1, 2])


def test_a_stale_claim_cannot_extend_its_lease(count: Start) -> None:
    count(rows(0, 1))
    stale = claim_chunk()
    assert stale is not None
    expire_leases()
    sweep()
    fresh = claim_chunk()

    with pytest.raises(LeaseLost):
        extend_lease(claim=stale)

    assert fresh is not None and fresh.fence > stale.fence
    extend_lease(claim=fresh)


def test_a_worker_in_its_writing_transaction_is_not_lost(count: Start, settings: Settings) -> None:
    settings.JOB_LEASE_SECONDS = 1
    writing, go_on = threading.Event(), threading.Event()

    def slow(context: ChunkContext, prepared: list[int]) -> ChunkResult:
        writing.set()
        assert go_on.wait(20)
        return write(context, prepared)

    registry.register(JobKind(name="slow", label="Slow", prepare=read, apply=slow))
    job = count(rows(0, 1), kind="slow")
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(lambda: together(1, run_next))
        assert writing.wait(20)
        time.sleep(1.2)
        swept = sweep()
        go_on.set()
        running.result(30)

    assert swept.requeued == 0
    job.refresh_from_db()
    assert (job.status, effects(job.pk)) == ("DONE", [0])


def test_the_fifth_lost_worker_fails_the_chunk_with_its_cause(count: Start) -> None:
    job = count(rows(0, 1), rows(1, 1))
    for _ in range(5):
        poison = claim_chunk(job_id=job.pk)
        assert poison is not None and poison.number == 0
        expire_leases()
        sweep()

    drain(job)

    assert job.status == "FAILED"
    assert "lost 5 times" in job.error
    assert statuses(job) == ["FAILED", "DONE"]


def test_a_worker_told_to_stop_gives_its_chunk_back_at_once(count: Start) -> None:
    def interrupted(context: ChunkContext) -> None:
        raise KeyboardInterrupt

    registry.register(JobKind(name="stopped", label="Stop", prepare=interrupted, apply=write))
    job = count(rows(0, 1), kind="stopped")

    with pytest.raises(KeyboardInterrupt):
        run_next()

    assert statuses(job) == ["PENDING"]


def test_the_database_refuses_a_lease_without_its_end(count: Start, as_owner: AsOwner) -> None:
    job = count(rows(0, 1))

    with (
        as_owner() as cursor,
        pytest.raises(Exception, match="jobs_chunk_leased_has_lease"),
    ):
        cursor.execute("UPDATE jobs_chunk SET status = 'LEASED' WHERE job_id = %s", [job.pk])

    assert Chunk.objects.get(job=job).status == "PENDING"


def test_a_job_ended_between_commit_and_end_is_ended_by_the_sweep(operator: Actor, count: Start) -> None:
    job = count(rows(0, 1), kind="closing")
    Chunk.objects.filter(job=job).update(status="DONE", finished_at=job.submitted_at, done=1)

    swept = sweep()

    job.refresh_from_db()
    assert (swept.ended, job.status, effects(job.pk)) == (1, "DONE", [-1])
