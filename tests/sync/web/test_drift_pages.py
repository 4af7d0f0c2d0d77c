"""Pages about drift: who may compare and judge, what a refusal leaves as it was, and what is compared by the clock."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from mdm.accounts.models import Actor
from mdm.jobs.operations.run_next import run_next
from mdm.stewardship.models import ChangeRequest
from sync.delivery.models import Delivery
from sync.reconciliation.models import DriftFinding, ReconciliationRun
from sync.reconciliation.operations.compare_due import compare_due
from sync.targets.models import Connection
from tests.mdm.records.world import build_world
from tests.mdm.stewardship.desk import steward
from tests.mdm.web.reading import text_of
from tests.sync.delivery.scene import Scene, build_scene, switch_on


@pytest.fixture
def scene(db: None) -> Scene:
    built = build_scene(build_world())
    switch_on()
    return built


def _pages(actor: Actor) -> Client:
    client = Client(headers={"host": "localhost"})
    client.force_login(actor)
    return client


def _run_jobs() -> None:
    while run_next():
        pass


def _edited(scene: Scene) -> DriftFinding:
    """A user of the ERP changed a city, and a comparison found it."""
    golden = scene.active(**{"addresses[main].city": "Kiel"})
    scene.queue(golden)
    scene.deliver()
    record = scene.target.store.by_reference("party", golden.code)
    assert record is not None
    scene.target.store.change("EDITED", record, fields=dict(record.fields) | {"city": "Bonn"})
    compare_due(actor=scene.machine)
    _run_jobs()
    return DriftFinding.objects.get()


def test_who_may_only_view_sees_the_difference_and_can_do_nothing_about_it(scene: Scene) -> None:
    found, pages = _edited(scene), _pages(steward("view", name="Vera Viewer"))
    runs = ReconciliationRun.objects.count()

    listed, page = text_of(pages.get("/sync/drift")), text_of(pages.get(f"/sync/drift/{found.pk}"))
    answers = [
        pages.post("/sync/drift/compare/ERP", {"object": "party"}),
        pages.post(f"/sync/drift/{found.pk}/heal"),
        pages.post(f"/sync/drift/{found.pk}/ignore", {"until": "2099-01-01"}),
        pages.post(f"/sync/drift/{found.pk}/propose", {"reason": "x"}),
    ]

    assert "Compare now" not in listed and "Edited in the target Kiel Bonn Kiel" in listed
    assert "Heal the target" not in page and "Take as a proposal" not in page
    assert [answer.status_code for answer in answers] == [403] * 4
    found.refresh_from_db()
    assert found.status == "OPEN" and ReconciliationRun.objects.count() == runs
    assert not Delivery.objects.filter(cause="HEAL").exists()


def test_of_another_domain_nothing_is_known(scene: Scene) -> None:
    found, pages = _edited(scene), _pages(steward("view", name="Max Material", domain="material"))

    assert "Bonn" not in text_of(pages.get("/sync/drift"))
    assert pages.get(f"/sync/drift/{found.pk}").status_code == 404
    assert pages.post(f"/sync/drift/{found.pk}/heal").status_code == 404


def test_a_day_that_is_none_or_past_ignores_nothing(scene: Scene) -> None:
    found, pages = _edited(scene), _pages(steward("view", "operate", name="Ola Operator"))

    answers = [pages.post(f"/sync/drift/{found.pk}/ignore", {"until": day}) for day in ("soon", "", "2001-01-01")]

    assert {answer.status_code for answer in answers} == {422}
    found.refresh_from_db()
    assert (found.status, found.ignore_until) == ("OPEN", None)


def test_the_request_of_a_proposal_says_what_made_it_and_leads_there(scene: Scene) -> None:
    found, pages = _edited(scene), _pages(steward("view", "propose", "operate", name="Petra Proposer"))

    pages.post(f"/sync/drift/{found.pk}/propose", {"reason": "they know better"})

    answer = pages.get(f"/requests/{ChangeRequest.objects.get().pk}")
    assert "made from a value found in a target" in text_of(answer)
    assert f'href="/sync/drift/{found.pk}"' in answer.content.decode()


def test_what_was_not_compared_for_the_interval_is_and_nothing_else(scene: Scene, settings: Settings) -> None:
    first, again = compare_due(actor=scene.machine), compare_due(actor=scene.machine)
    _run_jobs()
    at_once = compare_due(actor=scene.machine)
    ReconciliationRun.objects.update(started_at="2020-01-01T00:00Z", finished_at="2020-01-01T00:01Z")
    Connection.objects.update(sending=False)
    held = compare_due(actor=scene.machine)
    Connection.objects.update(sending=True)
    settings.RECONCILE_HOURS = 0
    never = compare_due(actor=scene.machine)
    settings.RECONCILE_HOURS = 24
    late = compare_due(actor=scene.machine)

    assert (first, again, at_once, held, never, late) == (1, 0, 0, 0, 0, 1)
    assert ReconciliationRun.objects.count() == 2
