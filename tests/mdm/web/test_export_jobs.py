"""Exports of any size: small ones at once, large ones as a job, all of them in the audit."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from mdm.accounts.models import Actor
from mdm.events.models import AuditEvent
from mdm.jobs.models import Job, JobOutput
from mdm.jobs.operations.purge import purge
from mdm.jobs.operations.run_next import run_next
from mdm.kernel.clock import database_now
from mdm.records.operations.erase import erase_values
from mdm.web import export, export_job
from tests.mdm.web.reading import body_of, text_of
from tests.mdm.web.scene import Scene, build_scene

Browser = Callable[[Actor], Client]


@pytest.fixture
def scene(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """A job commits, so every test has real transactions; a list of more than 3 rows is a large one here."""
    monkeypatch.setattr("mdm.jobs.doorbell._send", lambda count: None)
    monkeypatch.setattr(export, "ROWS_AT_MOST", 3)
    monkeypatch.setattr(export, "PAGE_ROWS", 2)
    monkeypatch.setattr(export_job, "PAGES_AT_ONCE", 1)
    return build_scene()


def start(client: Client, name: str = "records", kind: str = "csv", **filters: str) -> Any:
    return client.post("/exports", {"list": name, "format": kind, **{f"filter.{k}": v for k, v in filters.items()}})


def run() -> Job:
    while run_next():
        pass
    return Job.objects.latest("submitted_at")


def exported() -> list[tuple[str, str, dict[str, Any]]]:
    events = AuditEvent.objects.filter(type="export.made").order_by("id")
    return [(event.actor_name, event.subject, event.detail) for event in events]


def test_a_small_list_is_answered_at_once_and_told(scene: Scene, pages: Browser) -> None:
    answer = pages(scene.steward).get("/records?text=stahl&export=json")

    assert [row["name"] for row in json.loads(body_of(answer))] == ["Nord Stahl AG"]
    assert exported() == [
        ("Anna Keller", "list:records", {"format": "json", "filters": ["text"], "rows": None}),
    ]
    assert not Job.objects.exists()


def test_a_large_list_is_offered_and_nothing_happens_until_it_is_asked_for(scene: Scene, pages: Browser) -> None:
    client = pages(scene.steward)

    answer = client.get("/records?status=CANDIDATE&export=csv")

    assert answer["Content-Type"].startswith("text/html")
    assert "more than 3 rows" in text_of(answer)
    assert 'name="filter.status" value="CANDIDATE"' in answer.content.decode()
    assert (Job.objects.exists(), exported()) == (False, [])


@pytest.mark.parametrize("kind", ["csv", "excel", "json"])
def test_the_job_writes_what_one_answer_would(
    scene: Scene, pages: Browser, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    client = pages(scene.steward)
    started = start(client, kind=kind, status="CANDIDATE")
    job = run()

    taken = client.get(f"/exports/{job.pk}")

    assert (started["Location"], job.status) == (f"/jobs/{job.pk}", "DONE")
    assert JobOutput.objects.filter(job=job).count() > 1
    monkeypatch.setattr(export, "ROWS_AT_MOST", 1_000)
    at_once = client.get(f"/records?status=CANDIDATE&export={kind}")
    assert body_of(taken) == body_of(at_once)
    assert (taken["Content-Type"], taken["Content-Disposition"]) == (
        at_once["Content-Type"],
        at_once["Content-Disposition"],
    )
    assert (job.done, job.total) == (len(_rows(kind, body_of(client.get(f"/exports/{job.pk}")))), job.done)
    assert exported()[0] == (
        "Anna Keller",
        "list:records",
        {"format": kind, "filters": ["status"], "rows": job.done},
    )


def test_the_job_page_shows_the_file_to_whoever_asked_for_it(scene: Scene, pages: Browser) -> None:
    start(pages(scene.steward))
    job = run()

    own, others = (
        pages(actor).get(f"/exports/{job.pk}/panel").content.decode() for actor in (scene.steward, scene.second_steward)
    )

    assert f"/exports/{job.pk}" in own
    assert f"/exports/{job.pk}" not in others
    assert f"/exports/{job.pk}/panel" in pages(scene.steward).get(f"/jobs/{job.pk}").content.decode()


@pytest.mark.parametrize("who", ["second_steward", "auditor", "other_steward", "newcomer"])
def test_nobody_else_takes_the_file(scene: Scene, pages: Browser, who: str) -> None:
    start(pages(scene.steward))
    job = run()

    assert pages(getattr(scene, who)).get(f"/exports/{job.pk}").status_code == 404


def test_the_job_reads_what_its_actor_may_see_and_masks_the_rest(scene: Scene, pages: Browser) -> None:
    client = pages(scene.auditor)
    start(client, kind="json")
    job = run()

    by_code = {row["code"]: row for row in json.loads(body_of(client.get(f"/exports/{job.pk}")))}

    assert by_code[scene.joined]["name"] == "Müller & Söhne GmbH"
    assert "Esposito" not in by_code[scene.person]["name"]


def test_a_right_taken_before_the_job_runs_counts(scene: Scene, pages: Browser) -> None:
    client = pages(scene.steward)
    start(client, kind="json")
    scene.steward.grants.all().delete()

    job = run()

    assert (job.status, job.done) == ("DONE", 0)
    assert [bytes(part.body) for part in JobOutput.objects.filter(job=job)] == [b"[\n]\n"]


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("records", "xlsx", "CSV for Excel"),
        ("records", "pdf", "no such export format"),
        ("keys", "csv", "more than 3 rows"),
        ("nothing", "csv", "more than 3 rows"),
    ],
)
def test_what_no_job_exports_is_refused_in_words(
    scene: Scene, pages: Browser, name: str, kind: str, words: str
) -> None:
    answer = start(pages(scene.steward), name, kind)

    assert answer.status_code >= 400
    assert words in text_of(answer)
    assert not Job.objects.exists()


def test_an_export_is_started_on_purpose_only(scene: Scene, pages: Browser) -> None:
    assert pages(scene.steward).get("/exports").status_code == 405
    assert not Job.objects.exists()


def test_a_cancelled_export_leaves_no_file_to_take(scene: Scene, pages: Browser) -> None:
    client = pages(scene.steward)
    start(client)
    run_next()
    job = Job.objects.get()
    client.post(f"/jobs/{job.pk}/cancel")
    run()

    assert client.get(f"/exports/{job.pk}").status_code == 404
    assert exported() == []


def test_files_go_after_some_days_and_the_page_says_so(scene: Scene, pages: Browser) -> None:
    client = pages(scene.steward)
    start(client)
    job = run()
    JobOutput.objects.update(created_at=database_now() - timedelta(days=8))

    purge()
    answer = client.get(f"/exports/{job.pk}")

    assert (answer.status_code, JobOutput.objects.exists(), Job.objects.exists()) == (404, False, True)
    assert "Export the list again" in text_of(client.get(f"/exports/{job.pk}/panel"))


def test_an_erasure_lets_every_file_go(scene: Scene, pages: Browser) -> None:
    start(pages(scene.steward))
    run()

    with transaction.atomic():
        erase_values(golden_code=scene.person, actor=scene.engineer, reason="request 17")

    assert not JobOutput.objects.exists()


@pytest.mark.parametrize("name", ["records", "audit", "jobs", "deliveries"])
def test_the_lists_that_grow_can_be_exported_by_a_job(scene: Scene, pages: Browser, name: str) -> None:
    client = pages(scene.auditor)
    start(client, name)
    job = run()

    written = body_of(client.get(f"/exports/{job.pk}"))

    assert (job.status, job.error) == ("DONE", "")
    assert len(_rows("csv", written)) == job.done


def _rows(kind: str, written: bytes) -> list[Any]:
    text = written.decode().removeprefix("\ufeff")
    if kind == "json":
        return list(json.loads(text))
    return list(csv.reader(io.StringIO(text), delimiter=";" if kind == "excel" else ","))[1:]
