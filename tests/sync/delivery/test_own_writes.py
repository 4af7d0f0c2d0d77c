"""A write whose answer was lost is our own, whatever comes after it: nobody edited the target."""

from __future__ import annotations

import pytest

from tests.mdm.records.world import build_world
from tests.sync.delivery.scene import Scene, build_scene, read_outbox, switch_on


@pytest.fixture
def scene(transactional_db: None) -> Scene:
    """Committed, so that the outbox is read as in life; a doubt is resolved at once."""
    built = build_scene(build_world())
    switch_on()
    return built


def test_a_newer_version_does_not_take_a_write_in_doubt_for_somebodys_edit(scene: Scene) -> None:
    golden = scene.active(**{"addresses[main].city": "Kiel"})
    read_outbox()
    scene.deliver()
    scene.move(golden, "Bonn")
    read_outbox()
    scene.misbehave("truncated", times=1)
    scene.deliver(rounds=1)
    assert scene.last(golden).state == "UNKNOWN" and scene.records()[golden.code]["city"] == "Bonn"

    scene.hurry()
    scene.deliver(rounds=1)
    assert (scene.last(golden).state, scene.last(golden).error_code) == ("UNKNOWN", "stale")
    scene.move(golden, "Ulm")
    read_outbox()
    for _ in range(4):
        scene.hurry()
        scene.deliver(rounds=1)

    assert scene.records()[golden.code]["city"] == "Ulm"
    assert [state for _, state in scene.states(golden)] == ["CONFIRMED", "CONFIRMED", "CONFIRMED"]
