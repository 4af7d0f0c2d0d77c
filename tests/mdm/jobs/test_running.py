"""From submission to the end, and what goes wrong on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import Settings

from mdm.accounts.models import Actor
from mdm.events.models import AuditEvent
from mdm.jobs.models import Chunk, Job
from mdm.jobs.operations.run_next import run_next
from mdm.jobs.operations.submit import submit
from mdm.kernel.errors import Invalid, NotAllowed
from tests.mdm.jobs.conftest import drain, person, statuses
from tests.mdm.jobs.kinds import effects, order, rows

Start = Callable[..., Job]


def events(job: Job) -> list[str]:
    return list(AuditEvent.objects.filter(subject=f"job:{job.pk}").order_by("id").values_list("type", flat=True))


def test_every_chunk_has_its_effect_once_and_the_job_is_done(count: Start) -> None:
    job = count(rows(0, 3), rows(3, 2), total=5)

    drain(job)

    assert (job.status, job.done, job.total, job.counts) == ("DONE", 5, 5, {"rows": 5})
    assert job.started_at is not None and job.finished_at is not None and job.started_at < job.finished_at
    assert effects(job.pk) == [0, 1, 2, 3, 4]
    assert events(job) == ["job.submitted", "job.finished"]


def test_nothing_to_do_is_said_so(count: Start) -> None:
    assert run_next() is False


def test_a_stage_starts_when_the_one_below_is_done(count: Start) -> None:
    job = count(rows(10, 1, stage=1), rows(0, 1), rows(20, 1, stage=2), rows(1, 1))

    drain(job)

    assert order(job.pk) == [0, 0, 1, 2]


def test_a_chunk_adds_chunks_to_its_own_and_later_stages(count: Start) -> None:
    job = count(
        rows(0, 1, spawn=[{"start": 1, "count": 2}, {"start": 5, "count": 1, "stage": 1}]),
        rows(3, 1),
    )

    drain(job)

    assert job.status == "DONE"
    assert effects(job.pk) == [0, 1, 2, 3, 5]
    assert order(job.pk) == [0, 0, 0, 0, 1]


def test_a_chunk_that_adds_to_an_earlier_stage_has_no_effect(count: Start, settings: Settings) -> None:
    settings.JOB_MAX_ATTEMPTS = 1
    job = count(rows(0, 1, stage=1, spawn=[{"start": 9, "count": 1, "stage": 0}]))

    drain(job)

    assert job.status == "FAILED"
    assert effects(job.pk) == []


def test_a_refusal_fails_its_chunk_and_keeps_what_others_did(count: Start) -> None:
    job = count(rows(0, 2), rows(2, 2, refuse=True), rows(4, 2), rows(6, 1, stage=1))

    drain(job)

    assert (job.status, job.error, job.done) == (
        "FAILED",
        "Row 7 has no name. Give it one.",
        4,
    )
    assert statuses(job) == ["DONE", "FAILED", "DONE", "CANCELLED"]
    assert effects(job.pk) == [0, 1, 4, 5]
    assert events(job)[-1] == "job.failed"


def test_an_unexpected_error_is_tried_again(count: Start) -> None:
    job = count(rows(0, 2, break_attempts=2))

    drain(job)

    assert job.status == "DONE"
    assert Chunk.objects.get(job=job).attempts == 3
    assert effects(job.pk) == [0, 1]


def test_an_error_that_stays_fails_the_job_without_telling_a_value(
    count: Start, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.JOB_MAX_ATTEMPTS = 2
    job = count(rows(0, 2, break_attempts=9))

    drain(job)

    assert job.status == "FAILED"
    assert job.error.startswith("Tried 2 times. Unexpected ZeroDivisionError; the log has it under request ")
    assert "Ada" not in job.error + caplog.text
    assert effects(job.pk) == []


def test_the_next_attempt_waits_longer_each_time(count: Start, settings: Settings) -> None:
    settings.JOB_RETRY_SECONDS = 60
    job = count(rows(0, 1, break_attempts=1), rows(1, 1))

    drain(job)

    assert statuses(job) == ["PENDING", "DONE"]
    assert job.status == "RUNNING"
    waiting = Chunk.objects.get(job=job, number=0)
    assert waiting.not_before is not None and job.started_at is not None
    assert 55 < (waiting.not_before - job.started_at).total_seconds() < 70


def test_the_hook_runs_once_when_the_job_ends(count: Start) -> None:
    job = count(rows(0, 1), rows(1, 1), kind="closing")

    drain(job)

    assert (job.status, effects(job.pk)) == ("DONE", [-1, 0, 1])


def test_a_hook_that_breaks_fails_the_job_and_keeps_the_work(count: Start) -> None:
    job = count(rows(0, 1), kind="closing", params={"close": "breaks"})

    drain(job)

    assert (job.status, job.error) == (
        "FAILED",
        "The work is kept, but its closing step raised ZeroDivisionError.",
    )
    assert effects(job.pk) == [0]


def test_jobs_take_turns(count: Start) -> None:
    large = count(*[rows(n, 1) for n in range(6)])
    small = count(rows(0, 1), rows(1, 1))

    for _ in range(4):
        run_next()

    small.refresh_from_db()
    assert small.status == "DONE"
    assert len(effects(large.pk)) == 2


def test_submitting_needs_the_right_the_caller_names(committed: None) -> None:
    proposer = person("pia", ("party", "propose"))
    order_form: dict[str, Any] = {
        "kind": "count",
        "label": "Count",
        "params": {},
        "actor": proposer,
        "chunks": [rows(0, 1)],
    }

    with pytest.raises(NotAllowed):
        submit(domain="party", **order_form)
    with pytest.raises(NotAllowed):
        submit(domain="material", action="propose", **order_form)
    assert not Job.objects.exists()

    submit(domain="party", action="propose", **order_form)
    assert Job.objects.count() == 1


def test_an_unknown_kind_and_an_empty_job_are_refused(operator: Actor) -> None:
    order_form: dict[str, Any] = {"domain": "party", "label": "x", "params": {}, "actor": operator}

    with pytest.raises(Invalid):
        submit(kind="nonsense", chunks=[rows(0, 1)], **order_form)
    with pytest.raises(Invalid):
        submit(kind="count", chunks=[], **order_form)

    assert not Job.objects.exists()
