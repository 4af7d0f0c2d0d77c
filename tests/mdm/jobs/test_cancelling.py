"""Stopping a job: nothing new starts, nothing is half written."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from mdm.accounts.models import Actor
from mdm.events.models import AuditEvent
from mdm.jobs import registry
from mdm.jobs.models import Job
from mdm.jobs.operations.cancel import cancel
from mdm.jobs.operations.claim import claim_chunk
from mdm.jobs.operations.run_next import run_next
from mdm.jobs.operations.sweep import sweep
from mdm.jobs.registry import ChunkContext, ChunkResult, JobKind
from mdm.kernel.errors import Conflict, NotAllowed, NotFound
from tests.mdm.jobs.conftest import drain, person, statuses
from tests.mdm.jobs.kinds import effects, read, rows, write
from tests.mdm.jobs.test_leases import expire_leases, together

Start = Callable[..., Job]


def test_a_waiting_job_is_cancelled_at_once(count: Start, operator: Actor) -> None:
    job = count(rows(0, 1), rows(1, 1), kind="closing")

    cancelled = cancel(job_id=job.pk, actor=operator, reason="wrong file")

    assert cancelled.status == "CANCELLED"
    assert run_next() is False
    assert statuses(job) == ["CANCELLED", "CANCELLED"]
    assert effects(job.pk) == [-1]
    event = AuditEvent.objects.get(type="job.cancelled")
    assert (event.actor_id, event.reason, event.subject) == (
        operator.pk,
        "wrong file",
        f"job:{job.pk}",
    )


def test_what_earlier_chunks_did_stays(count: Start, operator: Actor) -> None:
    job = count(rows(0, 2), rows(2, 2))
    run_next()

    cancel(job_id=job.pk, actor=operator)

    job.refresh_from_db()
    assert (job.status, job.done, effects(job.pk)) == ("CANCELLED", 2, [0, 1])


def test_a_chunk_that_had_not_begun_to_write_never_does(count: Start, operator: Actor) -> None:
    def cancelled_meanwhile(context: ChunkContext) -> list[int]:
        cancel(job_id=context.job_id, actor=operator)
        assert context.cancelled()
        return read(context)

    registry.register(JobKind(name="late", label="Late", prepare=cancelled_meanwhile, apply=write))
    job = count(rows(0, 1), rows(1, 1), kind="late")

    drain(job)

    assert (job.status, job.done, effects(job.pk)) == ("CANCELLED", 0, [])
    assert statuses(job) == ["CANCELLED", "CANCELLED"]


def test_a_chunk_that_is_writing_finishes_and_the_job_ends_with_it(count: Start, operator: Actor) -> None:
    writing, go_on = threading.Event(), threading.Event()

    def slow(context: ChunkContext, prepared: list[int]) -> ChunkResult:
        writing.set()
        assert go_on.wait(20)
        return write(context, prepared)

    registry.register(JobKind(name="slow", label="Slow", prepare=read, apply=slow))
    job = count(rows(0, 2), rows(2, 2), kind="slow")
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(lambda: together(1, run_next))
        assert writing.wait(20)
        while_writing = cancel(job_id=job.pk, actor=operator).status
        go_on.set()
        running.result(30)

    job.refresh_from_db()
    assert while_writing == "CANCELLING"
    assert (job.status, job.done, effects(job.pk)) == ("CANCELLED", 2, [0, 1])


def test_a_cancelled_job_ends_when_its_lost_worker_is_noticed(count: Start, operator: Actor) -> None:
    job = count(rows(0, 1))
    claim_chunk()
    assert cancel(job_id=job.pk, actor=operator).status == "CANCELLING"
    expire_leases()

    sweep()

    job.refresh_from_db()
    assert (job.status, statuses(job)) == ("CANCELLED", ["CANCELLED"])


def test_a_job_that_is_over_cannot_be_cancelled(count: Start, operator: Actor) -> None:
    job = drain(count(rows(0, 1)))

    with pytest.raises(Conflict, match="cannot be cancelled any more"):
        cancel(job_id=job.pk, actor=operator)

    job.refresh_from_db()
    assert job.status == "DONE"


def test_only_its_owner_or_an_operator_of_the_domain_cancels_a_job(
    count: Start,
) -> None:
    job = count(rows(0, 1))
    viewer = person("vera", ("party", "view"))
    colleague = person("otto", ("party", "view"), ("party", "operate"))
    stranger = person("mara", ("material", "view"), ("material", "operate"))

    with pytest.raises(NotAllowed):
        cancel(job_id=job.pk, actor=viewer)
    with pytest.raises(NotFound):
        cancel(job_id=job.pk, actor=stranger)
    with pytest.raises(NotFound):
        cancel(job_id=uuid.uuid4(), actor=colleague)

    job.refresh_from_db()
    assert job.status == "QUEUED"
    assert cancel(job_id=job.pk, actor=colleague).status == "CANCELLED"


def test_cancelling_races_with_workers_and_everything_counted_was_written(count: Start, operator: Actor) -> None:
    for _ in range(5):
        job = count(*[rows(n * 3, 3) for n in range(20)])

        _cancel_while_three_workers_run(job, operator)

        sweep()
        job.refresh_from_db()
        assert job.status == "CANCELLED"
        assert job.done == len(effects(job.pk)) == len(set(effects(job.pk)))
        assert set(statuses(job)) <= {"DONE", "CANCELLED"}


def _cancel_while_three_workers_run(job: Job, operator: Actor) -> None:
    acts = [lambda: cancel(job_id=job.pk, actor=operator)] + [lambda: drain(Job.objects.get(pk=job.pk))] * 3
    turns = iter(acts)
    together(4, lambda: next(turns)())
