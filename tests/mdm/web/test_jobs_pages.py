"""Jobs: the list, progress that tells the browser when to stop asking, cancelling."""

from __future__ import annotations

import pytest

from mdm.jobs import registry
from mdm.jobs.models import Job
from mdm.jobs.operations.run_next import run_next
from mdm.jobs.operations.submit import submit
from mdm.jobs.registry import ChunkContext, ChunkDraft, ChunkResult, JobKind
from tests.mdm.web.conftest import Pages
from tests.mdm.web.reading import text_of
from tests.mdm.web.scene import Scene


def _apply(context: ChunkContext, prepared: object) -> ChunkResult:
    return ChunkResult(done=10, counts={"created": 7, "unchanged": 3})


if registry.find("web.sample") is None:
    registry.register(JobKind("web.sample", "Sample", prepare=lambda context: None, apply=_apply))


@pytest.fixture
def job(scene: Scene) -> Job:
    return submit(
        kind="web.sample",
        domain="party",
        label="Reading vendors_q3.xlsx",
        params={"file": "vendors_q3.xlsx"},
        actor=scene.engineer,
        chunks=[ChunkDraft(), ChunkDraft()],
    )


def test_a_running_job_is_asked_for_again_and_a_finished_one_is_not(job: Job, scene: Scene, pages: Pages) -> None:
    client = pages(scene.engineer)
    run_next(job_id=job.pk)

    running = client.get(f"/jobs/{job.pk}/progress")
    run_next(job_id=job.pk)
    finished = client.get(f"/jobs/{job.pk}/progress")

    assert running.status_code == 200
    assert 'hx-trigger="every 1s"' in running.content.decode()
    assert "Created 7" in text_of(running)
    assert finished.status_code == 286
    assert "every 1s" not in finished.content.decode()
    assert "Reading vendors_q3.xlsx: Done" in finished["HX-Trigger"]


def test_the_list_filters_by_status_and_by_whose_they_are(job: Job, scene: Scene, pages: Pages) -> None:
    waiting = text_of(pages(scene.engineer).get("/jobs?status=QUEUED&who=me"))
    done = text_of(pages(scene.engineer).get("/jobs?status=DONE"))

    assert "Reading vendors_q3.xlsx" in waiting
    assert "Nothing matches" in done


def test_the_tray_polls_only_while_something_runs(job: Job, scene: Scene, pages: Pages) -> None:
    busy = pages(scene.engineer).get("/jobs/tray").content.decode()
    idle = pages(scene.steward).get("/jobs/tray").content.decode()

    assert "every 2s" in busy
    assert "every" not in idle


def test_cancelling_leaves_the_job_cancelled(job: Job, scene: Scene, pages: Pages) -> None:
    answer = pages(scene.engineer).post(f"/jobs/{job.pk}/cancel", follow=True)

    assert "Cancelled" in text_of(answer)
    assert Job.objects.get(pk=job.pk).status in ("CANCELLING", "CANCELLED")


def test_somebody_elses_job_is_not_cancelled_without_the_right(job: Job, scene: Scene, pages: Pages) -> None:
    answer = pages(scene.steward).post(f"/jobs/{job.pk}/cancel")

    assert answer.status_code == 403
    assert "Ask an administrator for the right to operate in domain party" in text_of(answer)
    assert Job.objects.get(pk=job.pk).status == "QUEUED"


def test_a_job_of_another_domain_does_not_exist(job: Job, scene: Scene, pages: Pages) -> None:
    assert pages(scene.other_steward).get(f"/jobs/{job.pk}").status_code == 404
