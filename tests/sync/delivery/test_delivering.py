"""One golden record on its way to one target."""

from __future__ import annotations

import pytest

from mdm.events.models import AuditEvent, OutboxMessage
from sync.delivery.models import Delivery
from sync.delivery.operations.claim import claim
from sync.targets.models import Connection
from sync.targets.operations.switch_sending import switch_installation
from tests.sync.delivery.scene import Scene


def test_a_released_record_arrives_once_and_is_confirmed(scene: Scene) -> None:
    golden = scene.active("Alpha", **{"addresses[main].city": "Kiel"})

    scene.queue(golden)
    made = scene.deliver()

    assert made == 1
    assert scene.states() == [(2, "CONFIRMED")]
    assert scene.records()[golden.code]["city"] == "Kiel"
    assert scene.attempts(scene.last()) == [("PUSH", "APPLIED")]
    kept = scene.kept(golden)
    assert (kept.confirmed_version, kept.confirmed_fields) == (2, scene.records()[golden.code])
    assert kept.confirmed_values == {"name": scene.records()[golden.code]["name"], "addresses[main].city": "Kiel"}


def test_the_targets_own_id_leads_to_the_golden_record(scene: Scene) -> None:
    golden = scene.active()

    scene.queue(golden)
    scene.deliver()

    assert scene.ids_of(golden) == [scene.kept(golden).target_key]
    assert AuditEvent.objects.filter(type="id.attached", subject=f"golden:{golden.code}").count() == 1
    golden.refresh_from_db()
    assert (golden.version_number, golden.crosswalk_revision) == (2, 2)


def test_a_completion_is_told_once(scene: Scene) -> None:
    golden = scene.active()

    for _ in range(2):
        scene.queue(golden)
        scene.deliver()

    told = OutboxMessage.objects.filter(type="delivery.confirmed")
    assert [(message.subject, message.detail["version"]) for message in told] == [(f"golden:{golden.code}", 2)]


def test_looking_again_at_an_unchanged_record_queues_nothing(scene: Scene) -> None:
    golden = scene.active()

    for _ in range(3):
        scene.queue(golden)
    scene.deliver()
    scene.queue(golden)

    assert Delivery.objects.count() == 1


def test_a_change_that_the_mapping_does_not_read_makes_no_call(scene: Scene) -> None:
    golden = scene.active()
    scene.queue(golden)
    scene.deliver()

    scene.world.say("SAP", scene.ids_of(golden, "SAP")[0], values={"industry": "Shipping"})
    golden.refresh_from_db()
    scene.queue(golden)
    made = scene.deliver()

    assert made == 0
    assert scene.states() == [(2, "CONFIRMED"), (3, "CONFIRMED")]
    assert scene.last().error_code == "unchanged"
    assert scene.kept(golden).confirmed_version == 3


def test_only_the_newest_version_is_sent(scene: Scene) -> None:
    golden = scene.active()
    scene.queue(golden)

    for city in ("Kiel", "Ulm"):
        scene.queue(scene.move(golden, city))
    scene.deliver()

    assert scene.states() == [(2, "SUPERSEDED"), (3, "SUPERSEDED"), (4, "CONFIRMED")]
    assert scene.records()[golden.code]["city"] == "Ulm"
    assert scene.target.store.rows("SELECT count(*) FROM call WHERE writes = 1") == [(1,)]


def test_a_version_that_was_left_behind_never_leaves(scene: Scene) -> None:
    golden = scene.active()
    scene.queue(golden)
    scene.move(golden, "Kiel")

    assert scene.deliver() == 0
    Delivery.objects.update(since="2020-01-01T00:00Z")
    scene.sweep()
    scene.deliver()

    assert scene.states() == [(2, "SUPERSEDED"), (3, "CONFIRMED")]
    assert scene.records()[golden.code]["city"] == "Kiel"


def test_candidates_and_unknown_records_are_not_queued(scene: Scene) -> None:
    scene.queue(scene.candidate())

    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"sending": False}, "switch"),
        ({"status": "PAUSED", "pause_cause": "maintenance"}, "paused"),
        ({"paused_until": "2999-01-01T00:00Z"}, "throttled"),
        ({"breaker": "OPEN", "open_until": "2999-01-01T00:00Z"}, "breaker"),
        ({"daily_budget": 0}, "budget"),
    ],
)
def test_nothing_leaves_through_a_closed_valve(scene: Scene, change: dict[str, object], reason: str) -> None:
    scene.queue(scene.active())
    Connection.objects.update(**change)

    assert scene.deliver() == 0

    assert scene.states() == [(2, "PENDING")], reason
    assert scene.records() == {}


def test_nothing_leaves_an_installation_that_does_not_send(scene: Scene) -> None:

    scene.queue(scene.active())
    switch_installation(sending=False, actor=scene.machine)

    assert scene.deliver() == 0
    switch_installation(sending=True, actor=scene.machine)
    assert scene.deliver() == 1


def test_a_daily_budget_is_spent_and_counted(scene: Scene) -> None:
    Connection.objects.update(daily_budget=2)
    scene.queue(*(scene.active() for _ in range(3)))

    made = scene.deliver()

    assert made == 2
    assert Connection.objects.get().used_today == 2
    assert sorted(state for _, state in scene.states()) == ["CONFIRMED", "CONFIRMED", "PENDING"]


def test_slots_bound_what_is_under_way(scene: Scene) -> None:

    Connection.objects.update(slots=2)
    scene.queue(*(scene.active() for _ in range(3)))

    first, second = claim(system="ERP", limit=10), claim(system="ERP", limit=10)

    assert (len(first), len(second)) == (2, 0)
