"""Decisions and what they mean for targets: held, sent, written back, taken back."""

from __future__ import annotations

from uuid import uuid4

import pytest

from mdm.governance.operations.set_policy import set_policy
from mdm.matching.models import Decision
from mdm.matching.operations.merge import merge
from mdm.matching.operations.undo import undo
from mdm.matching.operations.unmerge import unmerge
from mdm.records.models import GoldenRecord
from sync.delivery.models import Delivery
from sync.delivery.operations.claim import claim
from sync.delivery.operations.send import send
from sync.flows.models import Flow
from sync.targets.models import TargetRecord
from tests.sync.delivery.scene import WITH_IDS, Scene, connect, flow_to, kept_scene, read_outbox, switch_on


@pytest.fixture
def scene(transactional_db: None) -> Scene:
    """Committed, so that the outbox is read as in life; a merge is held for a minute."""
    built = kept_scene()
    switch_on()
    hold(built, 60)
    return built


def hold(scene: Scene, seconds: int) -> None:
    set_policy(domain="party", release="reviewed", hold_seconds=seconds, auto_merge=False, actor=scene.machine)


def merged(scene: Scene, survivor: GoldenRecord, joined: GoldenRecord) -> Decision:
    versions = dict(GoldenRecord.objects.values_list("code", "version_number"))
    return merge(
        decision_id=uuid4(), survivor=survivor.code, joined=[joined.code],
        versions={code: versions[code] for code in (survivor.code, joined.code)}, actor=scene.world.engineer,
        reason="the same",
    )  # fmt: skip


def release_holds(scene: Scene) -> None:
    Delivery.objects.filter(hold_until__isnull=False).update(hold_until="2020-01-01T00:00Z")
    scene.sweep()


def delivered_pair(scene: Scene) -> tuple[GoldenRecord, GoldenRecord]:
    one = scene.active("Alpha", **{"addresses[main].city": "Kiel"})
    other = scene.active("Alpha", **{"addresses[main].city": "Bonn"})
    read_outbox()
    scene.deliver()
    read_outbox()
    assert {state for _, state in scene.states()} == {"CONFIRMED"}
    return one, other


def test_a_release_is_fanned_out_from_the_outbox_once(scene: Scene) -> None:
    golden = scene.active()

    first, second = read_outbox(), read_outbox()

    assert (first, second) == (1, 0)
    assert scene.states(golden) == [(2, "PENDING")]


def test_a_merge_is_held_and_its_undo_lets_nothing_leave(scene: Scene) -> None:
    one, other = delivered_pair(scene)
    decision = merged(scene, one, other)
    read_outbox()
    assert scene.last(one).state == "HELD" and scene.last(one).decision == decision.pk
    assert scene.deliver() == 0

    undo(decision_id=uuid4(), of=decision.pk, actor=scene.world.engineer, reason="no")
    read_outbox()
    made = scene.deliver()

    assert made == 0, "what the target holds is what was before"
    assert {state for _, state in scene.states(one)} == {"CONFIRMED", "SUPERSEDED"}
    assert scene.last(one).cause == "COMPENSATION"
    assert scene.last(other).state == "CONFIRMED"


def test_a_merge_whose_undo_is_not_fanned_out_yet_does_not_leave_either(scene: Scene) -> None:
    one, other = delivered_pair(scene)
    decision = merged(scene, one, other)
    read_outbox()
    release_holds(scene)
    undo(decision_id=uuid4(), of=decision.pk, actor=scene.world.engineer, reason="no")

    assert scene.deliver() == 0
    scene.sweep()

    assert scene.last(one).state in ("CANCELLED", "PENDING", "SUPERSEDED")
    assert Delivery.objects.get(decision=decision.pk).state == "CANCELLED"


def test_what_an_undo_leaves_as_it_was_is_sent_without_the_decision(scene: Scene) -> None:
    hold(scene, 0)
    one, other = delivered_pair(scene)
    decision = merged(scene, one, other)
    undo(decision_id=uuid4(), of=decision.pk, actor=scene.world.engineer, reason="no")
    read_outbox()
    untouched = scene.active("Beta")
    scene.pending(untouched, decision=decision.pk)
    read_outbox()

    scene.sweep()
    scene.deliver()

    assert [state for _, state in scene.states(untouched)] == ["CANCELLED", "CONFIRMED"]
    assert scene.last(untouched).decision is None
    assert untouched.code in scene.records()


def test_a_change_during_the_hold_joins_it(scene: Scene) -> None:
    one, other = delivered_pair(scene)
    decision = merged(scene, one, other)
    read_outbox()
    until = scene.last(one).hold_until

    scene.move(one, "Ulm")
    read_outbox()

    held = scene.last(one)
    assert (held.state, held.hold_until, held.decision) == ("HELD", until, decision.pk)
    assert scene.deliver() == 0
    release_holds(scene)
    assert scene.deliver() == 1
    assert scene.last(one).state == "CONFIRMED"


def test_a_merge_and_a_change_read_together_are_held_together(scene: Scene) -> None:
    one, other = delivered_pair(scene)
    decision = merged(scene, one, other)
    scene.move(one, "Ulm")

    read_outbox()

    assert (scene.last(one).state, scene.last(one).decision) == ("HELD", decision.pk)


def test_the_survivor_is_sent_and_the_loser_is_left_and_its_undo_compensates_both(scene: Scene) -> None:
    hold(scene, 0)
    one, other = delivered_pair(scene)
    before = scene.records()
    keys = {golden.pk: scene.ids_of(golden) for golden in (one, other)}
    decision = merged(scene, one, other)
    read_outbox()
    scene.deliver()
    assert sorted(scene.ids_of(one)) == sorted(keys[one.pk] + keys[other.pk])
    assert before[other.code] == scene.records()[other.code], "leave and list"
    merged_city = scene.move(one, "Ulm")
    read_outbox()
    scene.deliver()
    assert scene.records()[one.code]["city"] != before[one.code]["city"], merged_city

    undo(decision_id=uuid4(), of=decision.pk, actor=scene.world.engineer, reason="no")
    read_outbox()
    scene.deliver()

    assert scene.last(one).cause == "COMPENSATION" and scene.last(other).cause == "COMPENSATION"
    assert {scene.last(one).state, scene.last(other).state} == {"CONFIRMED"}
    assert scene.records()[other.code] == before[other.code]
    assert {golden.pk: scene.ids_of(golden) for golden in (one, other)} == keys
    assert TargetRecord.objects.get(golden=one).target_key == keys[one.pk][0]


def test_a_loser_is_blocked_where_the_flow_says_so_and_unblocked_by_the_undo(scene: Scene) -> None:
    hold(scene, 0)
    Flow.objects.update(loser_policy="BLOCK")
    one, other = delivered_pair(scene)

    decision = merged(scene, one, other)
    read_outbox()
    scene.deliver()
    store = scene.target.store
    blocked = store.by_reference("party", other.code)
    assert blocked is not None and blocked.blocked
    assert TargetRecord.objects.get(golden=other).blocked

    undo(decision_id=uuid4(), of=decision.pk, actor=scene.world.engineer, reason="no")
    read_outbox()
    scene.deliver()

    unblocked = store.by_reference("party", other.code)
    assert unblocked is not None and not unblocked.blocked
    operations = Delivery.objects.filter(golden=other).order_by("queued_at", "id").values_list("operation", "state")
    assert list(operations)[1:] == [("BLOCK", "CONFIRMED"), ("UNBLOCK", "CONFIRMED"), ("UPSERT", "CONFIRMED")]


def test_an_unmerge_at_any_later_time_sends_both_again(scene: Scene) -> None:
    hold(scene, 0)
    one, other = delivered_pair(scene)
    decision = merged(scene, one, other)
    read_outbox()
    scene.deliver()

    versions = {one.code: GoldenRecord.objects.get(pk=one.pk).version_number}
    unmerge(
        decision_id=uuid4(), decision=decision.pk, versions=versions, actor=scene.world.engineer, reason="two firms"
    )
    read_outbox()
    scene.deliver()

    assert scene.last(other).state == scene.last(one).state == "CONFIRMED"
    assert scene.last(other).cause == "COMPENSATION"
    assert len(scene.records()) == 2


def test_an_undo_while_the_merge_is_being_sent_is_followed_by_its_compensation(scene: Scene) -> None:
    hold(scene, 0)
    one, other = delivered_pair(scene)
    decision = merged(scene, one, other)
    scene.move(one, "Ulm")
    read_outbox()
    (claimed,) = claim(system="ERP", limit=10)

    undo(decision_id=uuid4(), of=decision.pk, actor=scene.world.engineer, reason="no")
    read_outbox()
    assert scene.deliver() == 0 or scene.last(other).state == "CONFIRMED"
    send(claimed=[claimed], errand=scene.errand())
    scene.deliver()
    read_outbox()
    scene.deliver()

    assert scene.states(one)[-1] == (GoldenRecord.objects.get(pk=one.pk).version_number, "CONFIRMED")
    assert scene.records()[one.code] == scene.kept(one).confirmed_fields
    assert set(scene.records()) == {one.code, other.code}


def test_the_erps_own_id_reaches_the_crm_by_itself(scene: Scene) -> None:
    connect("CRM", scene.connection.base_url + "-crm")
    flow_to("CRM", "hub-crm", content=WITH_IDS)
    golden = scene.active()
    read_outbox()

    scene.deliver(system="CRM")
    scene.deliver(system="ERP")
    read_outbox()
    made = scene.deliver(system="CRM")

    crm = TargetRecord.objects.get(golden=golden, connection="CRM")
    assert made == 1 and crm.confirmed_fields is not None
    assert crm.confirmed_fields["erp_id"] == scene.kept(golden).target_key
    causes = Delivery.objects.filter(golden=golden, connection="CRM").order_by("queued_at", "id")
    assert list(causes.values_list("cause", "state")) == [("VERSION", "CONFIRMED"), ("CROSSWALK", "CONFIRMED")]
    assert Delivery.objects.filter(golden=golden, connection="ERP").count() == 1
    read_outbox()
    assert scene.deliver(system="CRM") == scene.deliver(system="ERP") == 0
