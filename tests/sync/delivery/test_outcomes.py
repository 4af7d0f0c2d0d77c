"""Every way a call can end, and what becomes of the delivery."""

from __future__ import annotations

from typing import Any

import pytest

from mdm.events.models import AuditEvent
from sync.delivery import limits
from sync.delivery.models import Delivery, DeliveryAttempt
from sync.delivery.operations.claim import claim
from sync.targets.models import Connection
from tests.mdm.records.world import build_world
from tests.sync.delivery.scene import Scene, build_scene, switch_on

pytestmark = pytest.mark.django_db


def scene_of(connector_class: str, **options: Any) -> Scene:
    built = build_scene(build_world(), connector_class=connector_class, **options)
    switch_on()
    return built


def test_what_certainly_did_not_arrive_is_tried_again_and_costs_no_try(scene: Scene) -> None:
    golden = scene.active()
    scene.queue(golden)
    scene.misbehave("status", status=408, times=3)

    for _ in range(3):
        scene.hurry()
        scene.deliver(rounds=1)
    failed = scene.last()
    assert (failed.state, failed.tries, failed.attempt_count) == ("PENDING", 0, 3)
    scene.hurry()

    scene.deliver()
    assert scene.last().state == "CONFIRMED"
    assert len(scene.records()) == 1


def test_what_fails_while_others_pass_costs_a_try_and_is_given_up_after_twelve(scene: Scene) -> None:
    golden, other = scene.active(), scene.active()
    scene.misbehave("status", status=500, times=0, reference=golden.code)
    scene.queue(golden)

    for _ in range(limits.MOST_TRIES + 1):
        scene.deliver()
        scene.queue(scene.move(other, f"City {_}"))
        scene.deliver()
        Connection.objects.update(last_ok_at="2999-01-01T00:00Z")
        scene.hurry()

    dead = scene.last(golden)
    assert (dead.state, dead.dead_cause, dead.tries) == ("DEAD", "unknown", limits.MOST_TRIES)
    assert "500" in DeliveryAttempt.objects.filter(delivery=dead).latest("number").response
    assert AuditEvent.objects.filter(type="delivery.dead", subject=f"golden:{golden.code}").count() == 1
    assert scene.last(other).state == "CONFIRMED"


def test_failures_that_blame_the_target_open_the_breaker_and_one_probe_closes_it(scene: Scene) -> None:
    goldens = [scene.active() for _ in range(limits.BREAKER_FAILURES + 2)]
    scene.queue(*goldens)
    scene.misbehave("status", status=408, times=limits.BREAKER_FAILURES)

    scene.deliver(limit=1)
    opened = Connection.objects.get()
    assert (opened.breaker, opened.breaker_failures) == ("OPEN", limits.BREAKER_FAILURES)
    assert opened.open_until is not None

    scene.hurry()
    assert len(claim(system="ERP", limit=10)) == 1
    Delivery.objects.filter(state="SENDING").update(
        state="PENDING", lease_until=None, next_attempt_at="2020-01-01T00:00Z"
    )
    scene.deliver()
    assert Connection.objects.get().breaker == "CLOSED"
    scene.hurry()
    scene.deliver()
    assert {state for _, state in scene.states()} == {"CONFIRMED"}


def test_a_target_that_asks_for_a_pause_gets_it(scene: Scene) -> None:
    scene.queue(scene.active(), scene.active())
    scene.misbehave("throttle", seconds=3600)

    scene.deliver(limit=1)

    connection = Connection.objects.get()
    assert connection.paused_until is not None and connection.last_error_at is not None
    assert 3500 < (connection.paused_until - connection.last_error_at).total_seconds() <= 3600
    assert [delivery.tries for delivery in Delivery.objects.all()] == [0, 0]
    assert connection.breaker == "CLOSED"
    scene.hurry()
    assert scene.deliver() == 0


def test_a_target_that_says_no_more_than_no_is_asked_less_and_less(scene: Scene) -> None:
    scene.queue(*(scene.active() for _ in range(4)))
    scene.misbehave("status", status=503, times=0)

    waits = []
    for _ in range(6):
        Connection.objects.update(paused_until=None)
        scene.hurry()
        assert scene.deliver(rounds=1, limit=3) == 3
        paused = Connection.objects.get()
        assert paused.paused_until is not None and paused.last_error_at is not None
        waits.append((paused.paused_until - paused.last_error_at).total_seconds())

    assert Connection.objects.get().breaker_failures == 6, "a burst counts once"
    assert all(0.9 <= wait <= 2 ** (number + 1) + 1 for number, wait in enumerate(waits)), waits
    assert {delivery.tries for delivery in Delivery.objects.all()} == {0}


def test_a_refused_sign_in_stops_the_connection_and_tells(scene: Scene) -> None:
    scene.queue(scene.active())
    scene.misbehave("status", status=401)

    scene.deliver()

    connection = Connection.objects.get()
    assert connection.status == "PAUSED" and connection.pause_cause
    assert scene.last().state == "PENDING"
    assert AuditEvent.objects.filter(type="connection.paused", subject="connection:ERP").count() == 1


def test_a_proxy_that_wants_a_sign_in_stops_the_connection_and_nothing_is_looked_for(scene: Scene) -> None:
    scene.queue(scene.active())
    scene.misbehave("status", status=407)

    scene.deliver()

    assert Connection.objects.get().status == "PAUSED"
    assert (scene.last().state, scene.last().tries) == ("PENDING", 0)
    assert scene.attempts(scene.last()) == [("PUSH", "CONFIG")]
    assert scene.records() == {}


def test_data_that_the_target_refuses_waits_for_a_steward_and_the_corrected_version_replaces_it(scene: Scene) -> None:
    scene.target.store.set("schema:party", {"fields": [{"name": "city", "required": True}], "open": True})
    golden = scene.active()
    scene.queue(golden)

    assert scene.deliver() == 0
    rejected = scene.last()
    assert (rejected.state, rejected.error_code, rejected.tries) == ("REJECTED", "invalid", 0)
    assert rejected.field_errors[0]["target_field"] == "city"
    assert rejected.field_errors[0]["golden_path"] == "addresses[main].city"
    assert rejected.cause_key

    scene.queue(scene.move(golden, "Kiel"))
    scene.deliver()
    assert scene.states() == [(2, "SUPERSEDED"), (3, "CONFIRMED")]


def test_an_error_inside_a_200_is_never_taken_for_done(scene: Scene) -> None:
    scene.queue(scene.active())
    scene.misbehave("error_in_200", body={"error": {"code": "invalid", "message": "No such land.", "fields": []}})

    scene.deliver()

    assert scene.last().state == "REJECTED"
    assert scene.records() == {}


@pytest.mark.parametrize("connector_class", ["K", "U", "P"])
@pytest.mark.parametrize("action", ["lose_reply", "no_json", "truncated"])
def test_a_lost_answer_is_resolved_and_has_one_effect(connector_class: str, action: str) -> None:
    scene = scene_of(connector_class, quiet_period=0)
    golden = scene.active()
    scene.queue(golden)
    scene.misbehave(action)

    scene.deliver(rounds=1)
    assert scene.last().state == "UNKNOWN"
    scene.hurry()
    scene.deliver()

    assert scene.last().state == "CONFIRMED"
    assert list(scene.records()) == [golden.code]
    second = {"K": "PUSH", "U": "PUSH", "P": "RESOLVE"}[connector_class]
    assert [step for step, _ in scene.attempts(scene.last())] == ["PUSH", second]
    assert scene.ids_of(golden) == [scene.kept(golden).target_key]


def test_a_write_that_never_landed_is_looked_for_and_then_written(db: None) -> None:
    scene = scene_of("P", quiet_period=60)
    golden = scene.active()
    scene.queue(golden)
    scene.misbehave("reset")

    scene.deliver()
    unknown = scene.last()
    assert unknown.state == "UNKNOWN" and unknown.next_attempt_at is not None
    assert 55 < (unknown.next_attempt_at - unknown.since).total_seconds() <= 60
    scene.hurry()
    scene.deliver()

    assert [step for step, _ in scene.attempts(scene.last())] == ["PUSH", "RESOLVE", "PUSH"]
    assert (scene.last().state, list(scene.records())) == ("CONFIRMED", [golden.code])


def test_class_n_is_sent_at_most_once_and_a_person_decides(db: None) -> None:
    scene = scene_of("N")
    golden = scene.active()
    scene.queue(golden)
    scene.misbehave("lose_reply")

    scene.deliver()
    scene.hurry()
    scene.deliver()

    unknown = scene.last()
    assert (unknown.state, unknown.next_attempt_at, unknown.attempt_count) == ("UNKNOWN", None, 1)
    assert scene.target.store.rows("SELECT count(*) FROM record") == [(1,)]


def test_a_lane_in_doubt_sends_nothing_newer_before_it_is_resolved(db: None) -> None:
    scene = scene_of("P", quiet_period=60)
    golden = scene.active()
    scene.queue(golden)
    scene.misbehave("lose_reply")
    scene.deliver()

    scene.queue(scene.move(golden, "Kiel"))
    assert scene.deliver() == 0
    assert scene.states() == [(2, "UNKNOWN"), (3, "PENDING")]
    scene.hurry()
    scene.deliver()

    assert scene.states() == [(2, "CONFIRMED"), (3, "CONFIRMED")]
    assert scene.records()[golden.code]["city"] == "Kiel"


def test_an_unknown_write_that_is_not_wanted_any_more_is_looked_for_and_not_repeated(scene: Scene) -> None:
    golden = scene.active()
    scene.queue(golden)
    scene.misbehave("reset")
    scene.deliver(rounds=1)
    scene.queue(scene.move(golden, "Kiel"))
    scene.hurry()

    scene.deliver()

    assert scene.states() == [(2, "SUPERSEDED"), (3, "CONFIRMED")]
    first = Delivery.objects.order_by("queued_at")[0]
    assert scene.attempts(first) == [("PUSH", "UNKNOWN"), ("RESOLVE", "RETRY")]
    assert scene.target.store.rows("SELECT count(*) FROM effect") == [(1,)]


def test_what_its_target_lacks_a_parent_for_waits_and_follows_it(scene: Scene) -> None:
    parent, child = scene.active(), scene.active()
    told = {"error": {"code": "missing_parent", "message": f"{parent.code} is not here."}}
    scene.misbehave("status", status=422, body=told, reference=child.code)
    scene.queue(child)

    scene.deliver()
    assert (scene.last().state, scene.last().waits_for) == ("WAITING", parent.code)
    scene.queue(parent)
    scene.deliver()

    assert [state for _, state in scene.states()] == ["CONFIRMED", "CONFIRMED"]
    assert scene.last(child).tries == 0


def test_a_record_changed_in_the_target_is_read_again_before_it_is_written(scene: Scene) -> None:
    golden = scene.active()
    scene.queue(golden)
    scene.deliver()
    scene.target.store.change(
        "EDITED", scene.target.store.by_reference("party", golden.code),  # type: ignore[arg-type]
        fields=scene.records()[golden.code] | {"fax": "1"},
    )  # fmt: skip

    scene.queue(scene.move(golden, "Kiel"))
    for _ in range(3):
        scene.deliver()
        scene.hurry()

    assert scene.states() == [(2, "CONFIRMED"), (3, "CONFIRMED")]
    assert scene.attempts(scene.last()) == [("PUSH", "CONFLICT"), ("PUSH", "APPLIED")]
    assert scene.records()[golden.code] | {"fax": "1", "city": "Kiel"} == scene.records()[golden.code]


def test_what_the_targets_users_changed_is_not_overwritten_blindly(scene: Scene) -> None:
    golden = scene.active("Alpha", **{"addresses[main].city": "Kiel"})
    scene.queue(golden)
    scene.deliver()
    scene.target.store.change(
        "EDITED", scene.target.store.by_reference("party", golden.code),  # type: ignore[arg-type]
        fields=scene.records()[golden.code] | {"city": "Bonn"},
    )  # fmt: skip

    scene.queue(scene.move(golden, "Ulm"))
    for _ in range(3):
        scene.deliver()
        scene.hurry()

    rejected = scene.last()
    assert (rejected.state, rejected.error_code) == ("REJECTED", "edited_in_target")
    assert [error["golden_path"] for error in rejected.field_errors] == ["addresses[main].city"]
    assert scene.records()[golden.code]["city"] == "Bonn"
