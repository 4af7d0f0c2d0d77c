"""A release that is undone after it arrived: what stands in the target is blocked there until it is released again."""

from __future__ import annotations

from uuid import uuid4

import pytest

from mdm.matching.models import Decision
from mdm.matching.operations.release import release
from mdm.matching.operations.undo import undo
from mdm.records.models import GoldenRecord
from sync.delivery.models import Delivery
from sync.delivery.operations.claim import claim
from sync.delivery.operations.send import send
from tests.sync.delivery.scene import Scene, kept_scene, read_outbox, switch_on


@pytest.fixture
def scene(transactional_db: None) -> Scene:
    """Committed, so that the outbox is read as in life."""
    built = kept_scene()
    switch_on()
    return built


def released(scene: Scene, golden: GoldenRecord) -> Decision:
    golden.refresh_from_db()
    versions = {golden.code: golden.version_number}
    return release(decision_id=uuid4(), goldens=[golden.code], versions=versions, actor=scene.world.engineer)


def take_back(scene: Scene, decision: Decision) -> None:
    undo(decision_id=uuid4(), of=decision.pk, actor=scene.world.engineer, reason="too soon")
    read_outbox()


def is_blocked(scene: Scene, golden: GoldenRecord) -> bool:
    there = scene.target.store.by_reference("party", golden.code)
    assert there is not None
    return there.blocked


def sent(golden: GoldenRecord) -> list[tuple[str, str, str]]:
    """What was done for it, in order."""
    deliveries = Delivery.objects.filter(golden=golden).order_by("queued_at", "id")
    return list(deliveries.values_list("operation", "cause", "state"))


def test_what_arrived_is_blocked_and_stands_again_when_it_is_released_again(scene: Scene) -> None:
    golden = scene.candidate()
    decision = released(scene, golden)
    read_outbox()
    scene.deliver()

    take_back(scene, decision)
    scene.deliver()
    assert is_blocked(scene, golden)
    released(scene, golden)
    read_outbox()
    scene.deliver()

    assert not is_blocked(scene, golden)
    assert sent(golden) == [
        ("UPSERT", "VERSION", "CONFIRMED"),
        ("BLOCK", "COMPENSATION", "CONFIRMED"),
        ("UNBLOCK", "VERSION", "CONFIRMED"),
        ("UPSERT", "VERSION", "CONFIRMED"),
    ]


def test_what_is_on_its_way_is_blocked_as_soon_as_it_arrived(scene: Scene) -> None:
    golden = scene.candidate()
    decision = released(scene, golden)
    read_outbox()
    (claimed,) = claim(system="ERP", limit=10)

    take_back(scene, decision)
    assert [operation for operation, _, _ in sent(golden)] == ["UPSERT"]
    send(claimed=[claimed], errand=scene.errand())
    read_outbox()
    scene.deliver()

    assert is_blocked(scene, golden)
    assert sent(golden) == [("UPSERT", "VERSION", "CONFIRMED"), ("BLOCK", "COMPENSATION", "CONFIRMED")]


def test_what_never_left_is_cancelled_and_nothing_is_blocked(scene: Scene) -> None:
    golden = scene.candidate()
    decision = released(scene, golden)
    read_outbox()

    take_back(scene, decision)

    assert scene.deliver() == 0 and scene.records() == {}
    assert sent(golden) == [("UPSERT", "VERSION", "CANCELLED")]


def test_released_again_before_the_block_left_nothing_of_it_is_sent(scene: Scene) -> None:
    golden = scene.candidate()
    decision = released(scene, golden)
    read_outbox()
    scene.deliver()
    take_back(scene, decision)

    released(scene, golden)
    read_outbox()
    scene.deliver()

    assert not is_blocked(scene, golden)
    assert ("BLOCK", "COMPENSATION", "CANCELLED") in sent(golden)
