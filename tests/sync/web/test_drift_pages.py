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
from tests.mdm.stewardship.desk import steward
from tests.mdm.web.reading import text_of
from tests.sync.delivery.scene import Scene, kept_scene, switch_on


@pytest.fixture
def scene(db: None) -> Scene:
    built = kept_scene()
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
    (found,) = _all_edited(scene, 1, city="Bonn")
    return found


def _all_edited(scene: Scene, many: int, **fields: str) -> list[DriftFinding]:
    """So they did to several records."""
    for _ in range(many):
        golden = scene.active(**{"addresses[main].city": "Kiel"})
        scene.queue(golden)
        scene.deliver()
        record = scene.target.store.by_reference("party", golden.code)
        assert record is not None
        scene.target.store.change(f"EDITED {golden.code}", record, fields=dict(record.fields) | fields)
    compare_due(actor=scene.machine)
    _run_jobs()
    return list(DriftFinding.objects.order_by("pk"))


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


def test_chosen_differences_are_healed_at_once_and_each_record_is_sent_once(scene: Scene) -> None:
    found = _all_edited(scene, 3, city="Bonn", name="Somebody else")
    pages = _pages(steward("view", "operate", name="Ola Operator"))
    chosen = {"row": [str(one.pk) for one in found if one.golden_id != found[-1].golden_id]}

    listed = pages.get("/sync/drift").content.decode()
    answer = pages.post("/sync/drift/judge/heal", chosen, follow=True)

    assert 'formaction="/sync/drift/judge/heal"' in listed
    assert "Differences that are being healed: 4." in text_of(answer)
    for _ in range(3):
        scene.deliver()
        scene.hurry()
    held = sorted((record["name"], record["city"]) for record in scene.records().values())
    assert [city for _, city in held] == ["Kiel", "Kiel", "Bonn"] and held[-1][0] == "Somebody else"
    assert Delivery.objects.filter(cause="HEAL").count() == 2
    assert set(DriftFinding.objects.filter(golden=found[-1].golden_id).values_list("status", flat=True)) == {"OPEN"}


def test_of_what_is_chosen_only_what_may_be_is_let_be_and_the_rest_is_told(scene: Scene) -> None:
    first, second = _all_edited(scene, 2, city="Bonn")
    operator = _pages(steward("view", "operate", name="Ola Operator"))
    operator.post(f"/sync/drift/{first.pk}/heal")
    rows = {"row": [str(first.pk), str(second.pk), "no number"]}

    viewer = _pages(steward("view", name="Vera Viewer")).post("/sync/drift/judge/ignore", rows, follow=True)
    stranger = _pages(steward("view", "operate", name="Max", domain="material")).post("/sync/drift/judge/heal", rows)
    untouched = DriftFinding.objects.get(pk=second.pk).status
    answer = operator.post("/sync/drift/judge/ignore", rows, follow=True)

    assert "Let be for 30 days" not in text_of(viewer) and untouched == "OPEN" and stranger.status_code == 302
    assert "Differences let be: 1." in text_of(answer) and "1 × The finding is healed." in text_of(answer)
    assert DriftFinding.objects.get(pk=second.pk).status == "IGNORED"
    assert operator.post("/sync/drift/judge/heal", {"row": ["9" * 30]}).status_code == 422


def test_a_verb_that_there_is_not_judges_nothing(scene: Scene) -> None:
    found, pages = _edited(scene), _pages(steward("view", "operate", name="Ola Operator"))

    many = pages.post("/sync/drift/judge/forget", {"row": [str(found.pk)]})
    one = pages.post(f"/sync/drift/{found.pk}/forget", {"until": "2099-01-01"})

    assert (many.status_code, one.status_code) == (404, 404)
    assert DriftFinding.objects.get(pk=found.pk).status == "OPEN"


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
