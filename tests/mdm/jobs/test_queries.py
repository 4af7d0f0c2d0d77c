"""What people see of jobs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection

from mdm.accounts.models import Actor
from mdm.jobs.models import Job
from mdm.jobs.operations.run_next import run_next
from mdm.jobs.queries import get_job, progress, visible_jobs
from mdm.kernel.errors import NotFound
from tests.mdm.jobs.conftest import drain, person
from tests.mdm.jobs.kinds import rows

Start = Callable[..., Job]


def test_progress_tells_counts_rate_and_time_left(count: Start) -> None:
    job = count(rows(0, 10, apply_seconds=0.1), rows(10, 30), total=40)
    run_next()
    job.refresh_from_db()

    seen = progress(job)

    assert (seen.done, seen.total, seen.counts) == (10, 40, {"rows": 10})
    assert (seen.stage, seen.stage_label) == (0, "Counting")
    assert 10 < seen.rate < 100
    assert seen.eta == pytest.approx(30 / seen.rate)


def test_the_rate_is_that_of_the_last_minute(count: Start) -> None:
    job = count(rows(0, 600), rows(600, 60), rows(660, 1), total=661)
    run_next()
    run_next()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE jobs_chunk SET started_at = started_at - interval '1 hour',"
            " finished_at = finished_at - interval '1 hour' WHERE number = 0"
        )
        cursor.execute("UPDATE jobs_chunk SET started_at = started_at - interval '30 s' WHERE number = 1")
    job.refresh_from_db()

    assert progress(job).rate == pytest.approx(2, rel=0.1)


def test_progress_before_the_start_and_after_the_end(count: Start) -> None:
    job = count(rows(0, 10), rows(10, 1, stage=1), total=11)

    waiting = progress(job)
    drain(job)
    over = progress(job)

    assert (waiting.done, waiting.rate, waiting.eta) == (0, 0.0, None)
    assert (over.done, over.eta, over.stage_label) == (11, None, "Totals")
    assert over.rate > 0


def test_a_job_is_seen_by_viewers_of_its_domain_and_by_its_owner(count: Start, operator: Actor) -> None:
    job = count(rows(0, 1))
    viewer = person("vera", ("party", "view"))
    everywhere = person("ada", ("*", "view"))
    stranger = person("mara", ("material", "view"))
    owner = person("pia", ("party", "operate"))
    own = count(rows(0, 1), actor=owner)

    assert set(visible_jobs(actor=viewer)) == set(visible_jobs(actor=everywhere)) == {job, own}
    assert list(visible_jobs(actor=stranger)) == []
    assert list(visible_jobs(actor=owner)) == [own]
    assert get_job(actor=viewer, job_id=job.pk) == job
    with pytest.raises(NotFound):
        get_job(actor=stranger, job_id=job.pk)
