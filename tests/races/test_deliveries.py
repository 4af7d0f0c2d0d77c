"""Dispatchers, sweepers and clocks that all act at one moment."""

from __future__ import annotations

from functools import partial
from uuid import UUID

import pytest
from django.db import transaction

from mdm.events.models import OutboxMessage
from mdm.kernel.errors import DomainError
from mdm.matching.models import Decision
from mdm.records.models import GoldenRecord
from mdm.records.operations.activate import activate
from sync.delivery.models import Delivery
from sync.delivery.operations.claim import claim
from sync.delivery.operations.fan_out import fan_out
from sync.delivery.operations.push_again import push_again
from sync.delivery.operations.recover import recover_lost
from sync.delivery.operations.revive import revive
from sync.flows.models import Flow, FlowRun
from sync.flows.operations.fire_schedules import fire_schedules
from tests.races.together import together
from tests.sync.delivery.scene import Scene, expire_leases, kept_scene, read_outbox, switch_on
from tests.sync.delivery.test_merges import merged


@pytest.fixture
def scene(transactional_db: None) -> Scene:
    built = kept_scene()
    switch_on()
    return built


def test_of_eight_dispatchers_each_delivery_has_one(scene: Scene) -> None:
    for _ in range(24):
        scene.active()
    read_outbox()
    claimed: list[UUID] = []

    def take() -> None:
        for _ in range(6):
            claimed.extend(one.id for one in claim(system="ERP", limit=2))

    together(*[take] * 8)

    assert len(claimed) == len(set(claimed))
    assert set(claimed) == set(Delivery.objects.filter(state="SENDING").values_list("pk", flat=True))
    rest = claim(system="ERP", limit=50)
    assert len(claimed) + len(rest) == 24


def test_the_outbox_is_fanned_out_once_however_many_read_it(scene: Scene) -> None:
    goldens = [scene.active() for _ in range(10)]

    together(*[read_outbox] * 4)
    read_outbox()

    assert sorted(Delivery.objects.values_list("golden", flat=True)) == sorted(golden.pk for golden in goldens)


def test_what_is_told_by_a_late_commit_is_not_skipped(scene: Scene) -> None:
    """Two transactions write messages; the one that began first commits last."""
    early, late = scene.candidate(), scene.candidate()
    seen: list[int] = []

    def slow() -> None:
        with transaction.atomic():
            activate(goldens=[early.pk], actor=scene.world.engineer)
            together(quick)
            seen.append(fan_out().queued)

    def quick() -> None:
        with transaction.atomic():
            activate(goldens=[late.pk], actor=scene.world.engineer)

    slow()
    read_outbox()

    assert seen == [0], "nothing is read past a transaction that may still tell something"
    assert set(Delivery.objects.values_list("golden", flat=True)) == {early.pk, late.pk}


def test_a_schedule_fires_once_for_eight_clocks(scene: Scene) -> None:
    Flow.objects.update(schedule="* * * * *", created_at="2020-01-01T00:00Z", scheduled_from="2020-01-01T00:00Z")

    together(*[fire_schedules] * 8)

    assert FlowRun.objects.count() == 1


def test_lost_deliveries_are_recovered_once(scene: Scene) -> None:
    for _ in range(6):
        scene.active()
    read_outbox()
    claim(system="ERP", limit=50)
    expire_leases()
    recovered: list[int] = []

    together(*[lambda: recovered.append(recover_lost(actor=scene.machine))] * 4)

    assert sum(recovered) == 6
    assert set(Delivery.objects.values_list("state", "crashes")) == {("PENDING", 1)}


def test_two_stewards_on_one_pair_make_one_merge_and_one_delivery(scene: Scene) -> None:
    one, other = scene.active(), scene.active()
    read_outbox()
    scene.deliver()
    refused: list[str] = []

    def decide() -> None:
        try:
            merged(scene, one, other)
        except DomainError as error:
            refused.append(error.code)

    together(decide, decide)
    read_outbox()

    assert len(refused) == 1 and Decision.objects.count() == 1
    survivor = GoldenRecord.objects.get(pk=one.pk)
    assert Delivery.objects.filter(golden=one, version=survivor.version_number).count() == 1


def test_a_record_sent_again_by_two_at_once_is_queued_once(scene: Scene) -> None:
    golden = scene.active()
    read_outbox()
    scene.deliver()
    lane = ("ERP", "party", golden.pk)

    together(*[partial(push_again, lanes=[lane], cause="REPLAY")] * 4)

    waiting = Delivery.objects.filter(state="PENDING")
    assert waiting.count() == 1
    scene.deliver()
    assert OutboxMessage.objects.filter(type="delivery.confirmed").count() == 2


def test_a_dead_letter_revived_twice_is_sent_once(scene: Scene) -> None:
    golden = scene.active()
    read_outbox()
    Delivery.objects.update(state="DEAD", dead_cause="not_applied", next_attempt_at=None)
    refused: list[str] = []

    def again() -> None:
        try:
            revive(delivery=scene.last(golden).pk, what="original", actor=scene.machine)
        except DomainError as error:
            refused.append(error.code)

    together(again, again)

    assert refused == ["conflict"]
    assert scene.deliver() == 1


def test_settling_and_superseding_one_lane_at_once_loses_nothing(scene: Scene) -> None:
    golden = scene.active()
    read_outbox()
    scene.move(golden, "Kiel")

    together(read_outbox, scene.deliver, read_outbox, scene.deliver)
    read_outbox()
    scene.deliver()

    golden.refresh_from_db()
    assert scene.states(golden)[-1] == (golden.version_number, "CONFIRMED")
    assert scene.records()[golden.code]["city"] == "Kiel"
