"""The import pages: upload, check, run, cancel, correct; without JavaScript and only for those who may."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from mdm.accounts.models import Actor
from mdm.accounts.operations.create_actor import create_actor
from mdm.accounts.operations.grant import grant
from mdm.accounts.queries import machine_actor
from mdm.jobs.models import Job
from mdm.jobs.operations.run_next import run_next
from mdm.records.models import ExternalId
from sync.ingestion.models import IngestionRun
from tests.mdm.records.world import World

CSV = "customer;name;founded_on;shoe size\n1;Nord;2001-02-03;44\n2;Ost;someday;45\n3;West;;\n"


def person(name: str, *grants: str) -> Actor:
    actor = create_actor(kind="person", name=name, email=f"{name}@example.com", actor=machine_actor())
    for action in grants:
        grant(subject=actor, domain="party", action=action, actor=machine_actor())
    return actor


def signed_in(actor: Actor) -> Client:
    client = Client(enforce_csrf_checks=False)
    client.force_login(actor)
    return client


@pytest.fixture
def browser(world: World) -> Client:
    return signed_in(person("Ada", "view", "operate"))


def upload(client: Client, world: World, content: str = CSV, **fields: object) -> IngestionRun:
    url = f"{reverse('import-new')}?to={world.id_type('SAP').pk}"
    data = {"header": SimpleUploadedFile("customers.csv", content.encode()), "absent_limit": "10%", **fields}
    response = client.post(url, data)
    assert response.status_code == 302, response.content.decode()[:3000]
    run = IngestionRun.objects.get()
    assert response["Location"] == reverse("import-run", args=[run.uuid])
    return run


def carry_out(run: IngestionRun) -> IngestionRun:
    while run_next(job_id=run.job_id):
        pass
    return IngestionRun.objects.select_related("job").get(pk=run.pk)


def test_the_first_page_asks_whose_records_the_file_holds(browser: Client) -> None:
    page = browser.get(reverse("import-new")).content.decode()

    assert "Whose records" in page
    assert "supplier" in page


def test_the_check_shows_mapping_problems_and_counts_before_anything_is_written(browser: Client, world: World) -> None:
    run = upload(browser, world)

    page = browser.get(reverse("import-run", args=[run.uuid])).content.decode()

    assert "shoe size" in page
    assert "not read" in page
    assert "someday" not in page.split("Problems")[0].split("Consequences")[0]
    assert "Founded on" in page
    assert "Take the records in" in page
    assert not ExternalId.objects.exists()
    assert not Job.objects.exists()


def test_a_run_is_followed_to_its_end_without_javascript(browser: Client, world: World) -> None:
    run = upload(browser, world)

    started = browser.post(reverse("import-start", args=[run.uuid]))
    waiting = browser.get(reverse("import-run", args=[run.uuid])).content.decode()
    run = carry_out(IngestionRun.objects.get())
    ended = browser.get(reverse("import-run", args=[run.uuid])).content.decode()

    assert started.status_code == 302
    assert "every 1s" in waiting
    assert "Cancel import" in waiting
    assert "every 1s" not in ended
    assert "Rejected rows of header" in ended
    assert sorted(ExternalId.objects.values_list("value", flat=True)) == ["1", "3"]


def test_the_progress_fragment_says_when_to_stop_asking(browser: Client, world: World) -> None:
    run = upload(browser, world)
    browser.post(reverse("import-start", args=[run.uuid]))
    url = reverse("import-progress", args=[run.uuid])

    before = browser.get(url, headers={"hx-request": "true"})
    carry_out(IngestionRun.objects.get())
    after = browser.get(url, headers={"hx-request": "true"})

    assert before.status_code == 200
    assert after.status_code == 286


def test_rejected_rows_come_back_as_a_file_with_what_to_mend(browser: Client, world: World) -> None:
    run = upload(browser, world)
    browser.post(reverse("import-start", args=[run.uuid]))
    carry_out(IngestionRun.objects.get())

    response = browser.get(reverse("import-rejects", args=[run.uuid, "header"]))

    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    header, row = text.splitlines()
    assert header == "customer;name;founded_on;shoe size;_row;_field;_value;_error;_remedy"
    assert row.startswith("2;Ost;someday;45;3;founded_on;someday;")
    assert "attachment" in response["Content-Disposition"]


def test_rejected_rows_are_listed_filtered_and_exported(browser: Client, world: World) -> None:
    run = upload(browser, world)
    browser.post(reverse("import-start", args=[run.uuid]))
    carry_out(IngestionRun.objects.get())
    url = reverse("import-rows", args=[run.uuid])

    page = browser.get(url).content.decode()
    none = browser.get(url, {"code": "ragged"}).content.decode()
    export = browser.get(url, {"export": "csv"})

    assert "someday" in page
    assert "Nothing matches" in none
    assert "someday" in b"".join(export.streaming_content).decode()  # type: ignore[attr-defined]


def test_a_cancelled_run_takes_nothing_more_in(browser: Client, world: World) -> None:
    run = upload(browser, world)
    browser.post(reverse("import-start", args=[run.uuid]))

    browser.post(reverse("import-cancel", args=[run.uuid]))

    run = carry_out(IngestionRun.objects.get())
    assert run.job is not None
    assert run.job.status == "CANCELLED"
    assert not ExternalId.objects.exists()


def test_a_discarded_draft_leaves_nothing_behind(browser: Client, world: World, uploads: Path) -> None:
    run = upload(browser, world)
    assert list(uploads.iterdir())

    browser.post(reverse("import-discard", args=[run.uuid]))

    assert not IngestionRun.objects.exists()
    assert not list(uploads.iterdir())


def test_starting_twice_runs_once(browser: Client, world: World) -> None:
    run = upload(browser, world)
    browser.post(reverse("import-start", args=[run.uuid]))

    again = browser.post(reverse("import-start", args=[run.uuid]))

    assert again.status_code == 409
    assert Job.objects.count() == 1


def test_a_file_that_is_no_table_is_told_on_the_form(browser: Client, world: World, uploads: Path) -> None:
    url = f"{reverse('import-new')}?to={world.id_type('SAP').pk}"

    response = browser.post(url, {"header": SimpleUploadedFile("x.csv", b"%PDF-1.7"), "absent_limit": "10%"})

    assert response.status_code == 422
    assert "is a PDF document" in response.content.decode()
    assert not list(uploads.glob("*"))


def test_no_file_at_all_is_told_on_the_form(browser: Client, world: World) -> None:
    response = browser.post(f"{reverse('import-new')}?to={world.id_type('SAP').pk}", {"absent_limit": "10%"})

    assert response.status_code == 422
    assert "no file" in response.content.decode()


def test_an_upload_above_the_limit_is_refused_by_its_announced_size(
    browser: Client, world: World, settings: Settings
) -> None:
    settings.UPLOAD_MAX_BYTES = 100

    response = browser.post(
        f"{reverse('import-new')}?to={world.id_type('SAP').pk}",
        {"header": SimpleUploadedFile("x.csv", b"x" * 1000)},
    )

    assert response.status_code == 413
    assert not IngestionRun.objects.exists()


def test_a_form_from_elsewhere_is_refused(browser: Client, world: World) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser.cookies

    response = strict.post(f"{reverse('import-new')}?to={world.id_type('SAP').pk}", {"absent_limit": "10%"})

    assert response.status_code == 403


def test_who_may_not_operate_the_system_sees_and_starts_nothing(browser: Client, world: World) -> None:
    run = upload(browser, world)
    viewer = signed_in(person("Bob", "view"))

    answers = [
        viewer.get(reverse("import-run", args=[run.uuid])),
        viewer.get(reverse("import-rows", args=[run.uuid])),
        viewer.get(reverse("import-rejects", args=[run.uuid, "header"])),
        viewer.post(reverse("import-start", args=[run.uuid])),
        viewer.post(reverse("import-discard", args=[run.uuid])),
    ]

    assert [answer.status_code for answer in answers] == [404] * 5
    assert "No system to import from" in viewer.get(reverse("import-new")).content.decode()
    assert not Job.objects.exists()


def test_the_list_shows_drafts_and_runs_and_filters_them(browser: Client, world: World) -> None:
    upload(browser, world)

    drafts = browser.get(reverse("import"), {"status": "DRAFT"}).content.decode()
    done = browser.get(reverse("import"), {"status": "DONE"}).content.decode()

    assert "customers.csv" in drafts
    assert "customers.csv" not in done


def test_the_page_of_a_job_shows_its_import(browser: Client, world: World) -> None:
    run = upload(browser, world)
    browser.post(reverse("import-start", args=[run.uuid]))
    run = carry_out(IngestionRun.objects.get())

    panel = browser.get(reverse("job-panel-ingest", args=[run.job_id]))

    assert panel.status_code == 200
    assert reverse("import-run", args=[run.uuid]) in panel.content.decode()
