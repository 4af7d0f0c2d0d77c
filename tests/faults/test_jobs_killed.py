"""Workers that die, hang and come back: every row is counted exactly once."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from io import StringIO
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import connection

from mdm.jobs.models import Chunk, Job
from mdm.jobs.operations.claim import claim_chunk
from mdm.jobs.operations.sweep import sweep
from tests.mdm.jobs.conftest import statuses
from tests.mdm.jobs.kinds import effects, rows
from tests.tools.forked import Forked, Shell

Start = Callable[..., Job]

POINTS = [
    "jobs.before_prepare",
    "jobs.before_apply",
    "jobs.in_apply",
    "jobs.before_commit",
    "jobs.after_commit",
]


def wait_until(true: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came to pass"
        time.sleep(0.05)


@pytest.mark.parametrize("point", POINTS)
def test_a_worker_killed_anywhere_loses_and_doubles_nothing(point: str, count: Start, manage: Shell) -> None:
    job = count(*[rows(n * 10, 10) for n in range(4)], rows(40, 5, stage=1), kind="closing")

    killed, _ = manage.start(fault=f"{point}:kill9:2", JOB_LEASE_SECONDS=1).end()
    call_command("work", stdout=StringIO())

    assert killed == -signal.SIGKILL
    job.refresh_from_db()
    assert (job.status, job.done, job.counts) == ("DONE", 45, {"rows": 45})
    assert effects(job.pk) == [-1, *range(45)]


def test_a_chunk_that_kills_its_workers_is_given_up_and_holds_nothing_up(count: Start, manage: Shell) -> None:
    job = count(rows(0, 10, kill=True), rows(10, 10))
    Chunk.objects.filter(job=job, number=0).update(attempts=3)
    kills = 0
    while manage.start(JOB_LEASE_SECONDS=1).end()[0] == -signal.SIGKILL:
        kills += 1

    job.refresh_from_db()
    assert kills == 2, "the fourth and the fifth attempt"
    assert job.status == "FAILED"
    assert "Its worker was lost 5 times" in job.error
    assert effects(job.pk) == list(range(10, 20))


def test_a_stopped_worker_that_wakes_up_has_no_effect(count: Start, manage: Shell) -> None:
    job = count(rows(0, 10))
    sleeper = manage.start(fault="jobs.before_apply:stop:1", JOB_LEASE_SECONDS=1)
    wait_until(lambda: _attempts(job.pk) == 1)
    time.sleep(1.2)

    call_command("work", stdout=StringIO())
    sleeper.send_signal(signal.SIGCONT)
    code, said = sleeper.end()

    job.refresh_from_db()
    assert code == 0
    assert "was taken over: this attempt has no effect" in said
    assert (job.status, job.done, effects(job.pk)) == ("DONE", 10, list(range(10)))


def test_a_worker_told_to_stop_finishes_its_chunk_and_leaves_the_rest(count: Start, manage: Shell) -> None:
    job = count(rows(0, 10, apply_seconds=1.5), rows(10, 10))
    worker = manage.start()
    wait_until(lambda: _attempts(job.pk) == 1)

    worker.terminate()
    code, said = worker.end()

    assert (code, said.splitlines()[0]) == (0, "Stopped; 1 chunk run here.")
    assert statuses(job) == ["DONE", "PENDING"]
    assert effects(job.pk) == list(range(10))


def test_two_workers_survive_the_death_of_a_third(count: Start, manage: Shell) -> None:
    job = count(*[rows(n, 1, apply_seconds=0.05) for n in range(40)])

    workers: list[Forked] = [manage.start(), manage.start(), manage.start(fault="jobs.before_commit:kill9:4")]
    ends = [worker.end() for worker in workers]

    job.refresh_from_db()
    assert [code for code, _ in ends[:2]] == [0, 0], ends
    assert (job.status, job.done, effects(job.pk)) == ("DONE", 40, list(range(40)))


def test_a_database_session_that_is_cut_off_undoes_the_chunk_and_it_runs_again(count: Start, manage: Shell) -> None:
    job = count(rows(0, 10, apply_seconds=1.5), rows(10, 10))
    worker = manage.start(JOB_LEASE_SECONDS=3)
    wait_until(lambda: _attempts(job.pk) == 1)
    time.sleep(0.5)
    _cut_off_other_sessions()
    worker.end()

    call_command("work", stdout=StringIO())

    job.refresh_from_db()
    assert (job.status, effects(job.pk)) == ("DONE", list(range(20)))


def test_a_lost_ring_and_a_lost_worker_are_both_found_by_the_sweep(count: Start) -> None:
    job = count(rows(0, 1), rows(1, 1))
    claim_chunk(job_id=job.pk)
    Chunk.objects.filter(job=job, status="LEASED").update(lease_until="2020-01-01T00:00:00Z")

    swept = sweep()

    assert (swept.requeued, swept.runnable) == (1, 2)


def _attempts(job_id: UUID) -> int:
    return int(Chunk.objects.filter(job_id=job_id, number=0).values_list("attempts", flat=True)[0])


def _cut_off_other_sessions() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )
