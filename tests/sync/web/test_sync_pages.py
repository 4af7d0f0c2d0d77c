"""Pages about sending: connections, the delivery log, dead letters, flows; and who sees nothing of it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.test import Client

from mdm.accounts.models import Actor
from mdm.accounts.operations.create_actor import create_actor
from mdm.accounts.operations.grant import grant
from mdm.accounts.queries import machine_actor
from mdm.kernel.clock import database_now
from mdm.stewardship.models import ReviewTask, TaskMember
from sync.delivery.models import Delivery
from sync.flows.models import Flow
from sync.targets.models import Connection, Installation, TargetRecord
from tests.mdm.web.reading import text_of
from tests.sync.delivery.scene import Scene, kept_scene, switch_on


@dataclass
class People:
    engineer: Actor
    steward: Actor
    stranger: Actor


@pytest.fixture
def scene(db: None) -> Scene:
    return kept_scene()


@pytest.fixture
def people(scene: Scene) -> People:
    return People(
        _person("Jo Engineer", ("*", ("view", "operate", "reveal"))),
        _person("Anna Steward", ("party", ("view", "decide"))),
        _person("Max Material", ("material", ("view", "decide"))),
    )


def _person(name: str, rights: tuple[str, tuple[str, ...]]) -> Actor:
    email = name.lower().replace(" ", ".") + "@sync.example"
    actor = create_actor(kind="person", name=name, email=email, password=None, actor=machine_actor())
    for action in rights[1]:
        grant(subject=actor, domain=rights[0], action=action, actor=machine_actor())
    return actor


def _pages(actor: Actor) -> Client:
    client = Client(headers={"host": "localhost"})
    client.force_login(actor)
    return client


def _failed(scene: Scene, message: str) -> Delivery:
    failed = scene.pending(
        state="REJECTED", error_code="INVALID_PICKLIST", error_message=message, cause_key="c" * 64,
        field_errors=[{"target_field": "BillingCountry", "golden_path": "addresses[main].country", "message": message}],
        next_attempt_at=None,
    )  # fmt: skip
    attempt = scene.attempt(failed)
    type(attempt).objects.filter(pk=attempt.pk).update(
        outcome="REJECTED", ended_at=database_now(), duration_ms=312, request="PATCH /Account", response="400 bad value"
    )
    return failed


def test_the_overview_says_that_nothing_leaves_until_the_switch_is_thrown(scene: Scene, people: People) -> None:
    client = _pages(people.engineer)

    before = text_of(client.get("/sync"))
    client.post("/sync/switch", {"sending": "yes", "reason": "Go-live"})
    after = text_of(client.get("/sync"))

    assert "Nothing leaves this installation." in before
    assert "Nothing leaves this installation." not in after and "Go-live" in after
    assert Installation.objects.get(pk=1).sending


def test_a_steward_may_not_throw_the_switch(scene: Scene, people: People) -> None:
    answer = _pages(people.steward).post("/sync/switch", {"sending": "yes"})

    assert answer.status_code == 403
    assert not Installation.objects.filter(sending=True).exists()


def test_a_connection_is_paused_with_a_cause_and_resumed(scene: Scene, people: People) -> None:
    switch_on()
    client = _pages(people.engineer)

    client.post("/sync/connections/ERP/pause", {"reason": "Month-end closing"})
    paused = text_of(client.get("/sync/connections/ERP"))
    client.post("/sync/connections/ERP/resume", {"reason": ""})

    assert "Paused" in paused and "Month-end closing" in paused
    assert Connection.objects.get(pk="ERP").status == "OK"


def test_pausing_without_a_cause_is_refused_in_words(scene: Scene, people: People) -> None:
    answer = _pages(people.engineer).post("/sync/connections/ERP/pause", {"reason": " "})

    assert answer.status_code == 422
    assert "Pausing needs a cause." in text_of(answer)
    assert Connection.objects.get(pk="ERP").status == "OK"


def test_the_log_tells_a_retry_from_a_first_wait_and_filters_failed_ones(scene: Scene, people: People) -> None:
    scene.pending()
    retried = scene.pending(attempt_count=2, error_code="503", error_message="Busy")
    failed = _failed(scene, "bad value: Deutschland")

    everything = text_of(_pages(people.steward).get("/sync/deliveries"))
    only = text_of(_pages(people.steward).get("/sync/deliveries?group=failed"))

    assert "Retrying" in everything and "503: Busy" in everything
    assert failed.golden.code in only and retried.golden.code not in only


def test_the_log_is_exported_with_its_filter(scene: Scene, people: People) -> None:
    scene.pending()
    failed = _failed(scene, "bad value")

    rows = b"".join(_pages(people.steward).get("/sync/deliveries?group=failed&export=csv")).decode().splitlines()

    assert len(rows) == 2 and failed.golden.code in rows[1]


def test_what_was_sent_is_shown_to_who_operates_the_target_and_to_nobody_else(scene: Scene, people: People) -> None:
    failed = _failed(scene, "bad value")

    engineer = text_of(_pages(people.engineer).get(f"/sync/deliveries/{failed.pk}"))
    steward = text_of(_pages(people.steward).get(f"/sync/deliveries/{failed.pk}"))

    assert "PATCH /Account" in engineer and "BillingCountry" in engineer and "312 ms" in engineer
    assert "PATCH /Account" not in steward and "shown to those who operate the target" in steward


def test_failures_alike_are_one_cause(scene: Scene, people: People) -> None:
    _failed(scene, "bad value: Deutschland")
    _failed(scene, "bad value: Schweiz")

    page = text_of(_pages(people.steward).get("/sync/dead-letters"))

    assert "INVALID_PICKLIST" in page and "addresses[main].country" in page
    assert page.count("INVALID_PICKLIST") == 1


def test_failures_alike_are_sent_again_one_first_and_then_all(scene: Scene, people: People) -> None:
    failed = [_failed(scene, f"bad value: {number}") for number in range(3)]
    client = _pages(people.engineer)

    client.post(f"/sync/dead-letters/{'c' * 64}/replay", {"many": "one"})
    after_one = Delivery.objects.filter(cause="REPLAY").count()
    client.post(f"/sync/dead-letters/{'c' * 64}/replay", {"many": "all"})

    assert after_one == 1
    assert set(Delivery.objects.filter(cause="REPLAY").values_list("golden", flat=True)) == {
        d.golden_id for d in failed
    }


def test_only_who_operates_the_target_sends_again(scene: Scene, people: People) -> None:
    failed = _failed(scene, "bad value")

    steward = _pages(people.steward).post(f"/sync/deliveries/{failed.pk}/current", {})
    stranger = _pages(people.stranger).post(f"/sync/dead-letters/{'c' * 64}/replay", {"many": "all"})

    assert (steward.status_code, stranger.status_code) == (403, 404)
    assert not Delivery.objects.filter(cause="REPLAY").exists()


def test_a_waiting_delivery_is_cancelled(scene: Scene, people: People) -> None:
    waiting = scene.pending()

    _pages(people.engineer).post(f"/sync/deliveries/{waiting.pk}/cancel", {"reason": "Wrong target"})

    assert Delivery.objects.get(pk=waiting.pk).state == "CANCELLED"


def test_a_flow_that_fell_silent_is_an_alarm(scene: Scene, people: People) -> None:
    Flow.objects.filter(pk="hub-erp").update(expected_within=60, created_at="2026-01-01T00:00:00Z")

    page = text_of(_pages(people.steward).get("/sync"))

    assert "To the ERP has fallen silent" in page


def test_a_flow_in_shadow_shows_what_would_be_sent(scene: Scene, people: People) -> None:
    Flow.objects.filter(pk="hub-erp").update(mode="SHADOW")
    held = scene.pending(state="HELD", hold_reason="shadow", next_attempt_at=None)

    page = text_of(_pages(people.engineer).get("/sync/flows/hub-erp"))

    assert "In shadow: nothing is sent." in page
    assert "1 delivery would be sent" in page and held.golden.code in page


def test_a_flow_is_put_in_shadow_by_who_operates_its_target_only(scene: Scene, people: People) -> None:
    refused = _pages(people.steward).post("/sync/flows/hub-erp/mode", {"mode": "SHADOW"})
    untouched = Flow.objects.get(pk="hub-erp").mode
    _pages(people.engineer).post("/sync/flows/hub-erp/mode", {"mode": "SHADOW", "reason": "Look first"})

    assert refused.status_code == 403 and untouched == "ACTIVE"
    assert Flow.objects.get(pk="hub-erp").mode == "SHADOW"


def test_where_a_record_is_names_whom_it_waits_for(scene: Scene, people: People) -> None:
    switch_on()
    failed = _failed(scene, "bad value")

    page = text_of(_pages(people.steward).get(f"/sync/records/{failed.golden.code}/where"))

    assert "waits for a steward: bad value" in page


def test_what_a_merge_would_send_names_what_the_target_keeps(scene: Scene, people: People) -> None:
    one, other = scene.active(), scene.active()
    for golden in (one, other):
        TargetRecord.objects.create(
            connection=scene.connection, object="party", golden=golden, target_key=f"{golden.pk}", confirmed_version=1,
            confirmed_hash="0" * 64, confirmed_at=database_now(),
        )  # fmt: skip
    task = ReviewTask.objects.create(
        domain_id="party", reason="THRESHOLD", status="OPEN", member_count=2, why="x", opened_at=database_now(),
        changed_at=database_now(),
    )  # fmt: skip
    for place, golden in enumerate((one, other)):
        TaskMember.objects.create(task=task, golden=golden, open=True, position=place)

    steward = _pages(people.steward).get(f"/sync/tasks/{task.pk}/consequences")
    stranger = _pages(people.stranger).get(f"/sync/tasks/{task.pk}/consequences")

    assert f"its party is updated, that of {other.code} stays and is listed" in text_of(steward)
    assert stranger.status_code == 404


def test_the_reader_of_another_domain_sees_nothing(scene: Scene, people: People) -> None:
    failed = _failed(scene, "bad value")
    client = _pages(people.stranger)

    answers = {
        path: client.get(path)
        for path in (
            f"/sync/deliveries/{failed.pk}",
            "/sync/connections/ERP",
            "/sync/flows/hub-erp",
            f"/sync/records/{failed.golden.code}/where",
            f"/sync/records/{failed.golden.code}/deliveries",
        )
    }
    lists = [text_of(client.get(path)) for path in ("/sync", "/sync/deliveries", "/sync/dead-letters", "/sync/flows")]

    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(answers, 404)
    assert not any("ERP" in page or failed.golden.code in page for page in lists)


@pytest.mark.parametrize("path", ["/sync", "/sync/deliveries", "/sync/dead-letters", "/sync/flows", "/sync/drift"])
def test_an_empty_page_says_what_belongs_there(path: str, scene: Scene, people: People) -> None:
    answer = _pages(people.engineer).get(path)

    assert answer.status_code == 200
