"""The doorbell wakes workers; without it work only starts later."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from celery import current_app
from django.core.management import call_command
from django.db import transaction

from mdm.accounts.models import Actor
from mdm.jobs import doorbell, tasks
from mdm.jobs.models import Job
from mdm.jobs.operations.claim import claim_chunk
from mdm.jobs.operations.purge import purge
from mdm.jobs.operations.run_next import run_next
from mdm.jobs.operations.submit import submit
from mdm.jobs.operations.sweep import sweep
from tests.mdm.jobs.conftest import AsOwner, drain
from tests.mdm.jobs.kinds import effects, rows

Start = Callable[..., Job]


def test_the_bell_rings_after_the_commit_and_not_after_a_rollback(count: Start, rings: list[int]) -> None:
    with transaction.atomic():
        count(rows(0, 1), rows(1, 1), rows(2, 1))
        assert rings == []
    assert rings == [2]

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        count(rows(0, 1))
        raise ZeroDivisionError
    assert rings == [2]


def test_one_task_runs_one_chunk_and_rings_for_the_next(count: Start, rings: list[int]) -> None:
    job = count(rows(0, 1), rows(1, 1))
    rings.clear()

    tasks.work(argument_of_a_later_release=1)

    assert (len(effects(job.pk)), rings) == (1, [1])


def test_a_task_that_finds_nothing_rings_no_more(committed: None, rings: list[int]) -> None:
    tasks.work()

    assert rings == []


def test_the_last_chunk_of_a_stage_wakes_workers_for_the_next(count: Start, rings: list[int]) -> None:
    count(rows(0, 1), *[rows(n, 1, stage=1) for n in range(5)])
    rings.clear()

    run_next()

    assert rings == [2]


def test_a_lost_ring_costs_one_sweep(count: Start, rings: list[int]) -> None:
    count(rows(0, 1), rows(1, 1), rows(2, 1))
    rings.clear()

    sweep()
    claim_chunk()
    sweep()
    claim_chunk()
    sweep()

    assert rings == [
        2,
        1,
    ]  # one for each worker that holds nothing, none while all are busy


def test_a_broker_that_is_down_only_makes_work_later(
    operator: Actor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refused(*args: Any, **options: Any) -> None:
        raise ConnectionRefusedError("redis is away")

    monkeypatch.undo()
    monkeypatch.setattr(current_app, "send_task", refused)
    job = submit(
        kind="count",
        domain="party",
        label="x",
        params={},
        actor=operator,
        chunks=[rows(0, 2)],
    )
    assert "The doorbell is silent (ConnectionRefusedError)" in caplog.text

    assert sweep().runnable == 1
    drain(job)

    assert (job.status, effects(job.pk)) == ("DONE", [0, 1])


def test_a_ring_goes_to_the_task_that_workers_know(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **options: sent.append((name, options)))

    doorbell._send(2)

    assert [name for name, _ in sent] == [tasks.work.name] * 2
    assert all(options["retry"] is False for _, options in sent)


def test_the_command_drains_one_job_or_all_without_celery(count: Start) -> None:
    first = count(rows(0, 2), rows(2, 1, stage=1))
    second = count(rows(0, 1))
    out = StringIO()

    call_command("work", "--job", str(first.pk), stdout=out)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("DONE", "QUEUED")
    call_command("work", stdout=out)

    second.refresh_from_db()
    assert second.status == "DONE"
    assert out.getvalue().splitlines() == [
        "Nothing left to do; 2 chunks run here.",
        "Nothing left to do; 1 chunk run here.",
    ]


def test_jobs_that_ended_long_ago_are_forgotten(count: Start, as_owner: AsOwner) -> None:
    old, recent, running = (
        drain(count(rows(0, 1))),
        drain(count(rows(0, 1))),
        count(rows(0, 1)),
    )
    Job.objects.filter(pk=old.pk).update(finished_at="2020-01-01T00:00:00Z")
    Job.objects.filter(pk=running.pk).update(submitted_at="2020-01-01T00:00:00Z")

    tasks.purge()

    assert set(Job.objects.all()) == {recent, running}
    assert purge() == 0
