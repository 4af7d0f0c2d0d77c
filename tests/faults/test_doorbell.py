"""The doorbell for real: Redis, and a Celery worker of two processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from celery import current_app

from mdm.jobs import doorbell
from mdm.jobs.models import Job
from mdm.jobs.operations.sweep import sweep
from tests.faults.conftest import worker_environment
from tests.faults.test_jobs_killed import wait_until
from tests.mdm.jobs.kinds import effects, rows

Start = Callable[..., Job]
SEND = doorbell._send  # as it is before tests listen in its place


@pytest.fixture(scope="module")
def celery_worker(django_db_setup: None) -> Iterator[subprocess.Popen[bytes]]:
    """One for all tests here, because a worker imports for seconds before it hears anything."""
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--concurrency=2"]
    worker = subprocess.Popen(
        command,
        env=worker_environment(lease_seconds=2),
        start_new_session=True,
    )
    try:
        wait_until(lambda: bool(current_app.control.ping(timeout=0.5)), 40)
        yield worker
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(10)


def status(job: Job) -> str:
    return Job.objects.values_list("status", flat=True).get(pk=job.pk)


@pytest.mark.usefixtures("celery_worker")
def test_a_ring_wakes_a_worker_and_a_lost_one_costs_a_sweep(count: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = count(rows(0, 5), rows(5, 5))

    # Test processes share one Redis: a worker of another may answer a ring, so the sweep rings until it is heard here.
    monkeypatch.setattr(doorbell, "_send", SEND)
    wait_until(lambda: sweep().runnable >= 0 and status(lost) == "DONE", 30)
    heard = count(*[rows(n * 5, 5) for n in range(6)], rows(30, 5, stage=1), kind="closing")
    wait_until(lambda: sweep().runnable >= 0 and status(heard) == "DONE", 30)

    assert effects(lost.pk) == list(range(10))
    assert effects(heard.pk) == [-1, *range(35)]


def test_the_child_of_a_worker_that_is_killed_leaves_its_chunk_to_another(
    celery_worker: subprocess.Popen[bytes], count: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doorbell, "_send", SEND)
    job = count(rows(0, 5, kill_once=True), rows(5, 5), rows(10, 5))

    wait_until(lambda: sweep().runnable >= 0 and status(job) == "DONE", 30)

    assert effects(job.pk) == list(range(15))
    assert celery_worker.poll() is None
