"""A write whose answer was lost is our own, whatever comes after it: nobody edited the target."""

from __future__ import annotations

import pytest

from mdm.records.models import GoldenRecord
from sync.delivery.models import Delivery
from sync.delivery.operations.claim import claim
from sync.delivery.operations.send import begin, push
from sync.delivery.rebasing import prepare_call
from tests.sync.delivery.scene import Scene, expire_leases, kept_scene, read_outbox, switch_on


@pytest.fixture
def scene(transactional_db: None) -> Scene:
    """Committed, so that the outbox is read as in life; a doubt is resolved at once."""
    built = kept_scene()
    switch_on()
    return built


def moved(scene: Scene) -> GoldenRecord:
    """A golden record that was delivered, and whose new city waits to be."""
    golden = scene.active(**{"addresses[main].city": "Kiel"})
    read_outbox()
    scene.deliver()
    scene.move(golden, "Bonn")
    read_outbox()
    return golden


def given_up(scene: Scene) -> GoldenRecord:
    """Its new city arrived, but so many workers were lost with that delivery that it was given up."""
    golden = moved(scene)
    (claimed,) = claim(system="ERP", limit=1)
    errand = scene.errand()
    (begun,) = begin(calls=[prepare_call([claimed], errand.connector)], errand=errand)
    push(begun=begun, errand=errand)
    Delivery.objects.filter(pk=claimed.id).update(crashes=3)
    expire_leases()
    scene.sweep()
    return golden


def test_a_newer_version_does_not_take_a_write_in_doubt_for_somebodys_edit(scene: Scene) -> None:
    golden = moved(scene)
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


def test_a_write_that_was_given_up_with_its_workers_is_our_own_all_the_same(scene: Scene) -> None:
    golden = given_up(scene)
    assert scene.last(golden).dead_cause == "crashes_worker" and scene.records()[golden.code]["city"] == "Bonn"

    scene.move(golden, "Ulm")
    read_outbox()
    for _ in range(3):
        scene.hurry()
        scene.deliver(rounds=1)

    assert scene.records()[golden.code]["city"] == "Ulm"
    assert [state for _, state in scene.states(golden)] == ["CONFIRMED", "SUPERSEDED", "CONFIRMED"]


def test_what_somebody_did_edit_meanwhile_is_still_a_persons(scene: Scene) -> None:
    golden = given_up(scene)
    there = scene.target.store.by_reference("party", golden.code)
    assert there is not None
    scene.target.store.change("EDITED", there, fields=dict(there.fields) | {"city": "Trier"})

    scene.move(golden, "Ulm")
    read_outbox()
    for _ in range(3):
        scene.hurry()
        scene.deliver(rounds=1)

    assert scene.records()[golden.code]["city"] == "Trier"
    assert scene.last(golden).state == "REJECTED"
