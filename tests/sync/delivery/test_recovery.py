"""Workers that went away, and people who mend what was given up."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from mdm.accounts.models import Actor
from mdm.events.models import AuditEvent, OutboxMessage
from mdm.kernel.errors import Conflict, NotAllowed, NotFound
from sync.connectors.interface import Outcome, PushResult
from sync.delivery import limits
from sync.delivery.endings import Situation, ending
from sync.delivery.models import Delivery, DeliveryAttempt
from sync.delivery.operations.attempt import begin_attempts
from sync.delivery.operations.cancel import cancel_delivery
from sync.delivery.operations.claim import claim, release
from sync.delivery.operations.decide_unknown import decide_unknown
from sync.delivery.operations.heal_late import heal_late
from sync.delivery.operations.revive import revive, revive_cause
from sync.delivery.operations.settle import Ended, settle
from sync.delivery.preparing import Ready, prepare
from sync.targets.models import Connection
from tests.mdm.records.world import build_world
from tests.sync.delivery.scene import Scene, build_scene, expire_leases, switch_on


def begun(scene: Scene) -> tuple[Ready, int]:
    """A worker that has written its attempt's row and goes no further."""
    (claimed,) = claim(system="ERP", limit=1)
    ready = prepare(claimed, scene.errand().connector)
    assert isinstance(ready, Ready)
    (attempt,) = begin_attempts(ready=[(ready, "PUSH")])
    return ready, attempt.attempt


def ended(scene: Scene, ready: Ready, attempt: int) -> Ended:
    """What that worker says when it comes back from its call."""
    (result,) = scene.errand().connector.push([ready.item])
    capabilities = scene.errand().connector.capabilities["party"]
    situation = Situation("PUSH", capabilities.connector_class, capabilities.quiet_period, 0, 1)
    return Ended(ready, attempt, result, ending(result, situation), 5)


def test_a_claim_is_begun_once_whoever_does_not_know_of_it(scene: Scene) -> None:
    scene.queue(scene.active())
    ready, attempt = begun(scene)

    again = begin_attempts(ready=[(ready, "PUSH")])

    assert again == []
    assert list(DeliveryAttempt.objects.values_list("pk", "outcome")) == [(attempt, None)]
    assert scene.last().attempt_count == 1


def test_a_worker_that_went_away_before_its_attempt_sent_nothing(scene: Scene) -> None:
    scene.queue(scene.active())
    claim(system="ERP", limit=1)
    expire_leases()

    scene.sweep()

    recovered = scene.last()
    assert (recovered.state, recovered.in_doubt, recovered.crashes) == ("PENDING", False, 1)
    assert not DeliveryAttempt.objects.exists()
    scene.deliver()
    assert (scene.last().state, scene.last().crashes) == ("CONFIRMED", 0)


def test_a_worker_that_went_away_after_its_attempt_leaves_it_in_doubt(scene: Scene) -> None:
    scene.queue(scene.active())
    begun(scene)
    expire_leases()

    scene.sweep()

    assert (scene.last().state, scene.last().in_doubt) == ("UNKNOWN", True)
    assert scene.attempts(scene.last()) == [("PUSH", "LOST")]
    scene.hurry()
    scene.deliver()
    assert scene.last().state == "CONFIRMED"


def test_a_lease_that_runs_still_is_let_be(scene: Scene) -> None:
    scene.queue(scene.active())
    claim(system="ERP", limit=1)

    scene.sweep()

    assert scene.last().state == "SENDING"


def test_what_a_worker_says_after_its_lease_has_no_effect_and_is_kept(scene: Scene) -> None:
    golden = scene.active()
    scene.queue(golden)
    ready, attempt = begun(scene)
    expire_leases()
    scene.sweep()
    scene.hurry()
    scene.deliver()
    events = AuditEvent.objects.count()

    late = settle(ended=[ended(scene, ready, attempt)], actor=scene.machine)

    assert len(late) == 1 and heal_late(late=late, actor=scene.machine) == 0
    assert AuditEvent.objects.count() == events
    assert OutboxMessage.objects.filter(type="delivery.confirmed").count() == 1
    first = DeliveryAttempt.objects.get(number=1)
    assert (first.outcome, first.late_outcome) == ("LOST", "NOOP")


def test_an_old_write_that_lands_after_a_newer_one_is_healed(scene: Scene) -> None:
    golden = scene.active()
    scene.queue(golden)
    ready, attempt = begun(scene)
    expire_leases()
    scene.sweep()
    scene.queue(scene.move(golden, "Kiel"))
    scene.hurry()
    scene.deliver()
    assert scene.records()[golden.code]["city"] == "Kiel"
    item = ready.item
    result = PushResult(item.push_id, Outcome.APPLIED, target_key="1")
    stale = Ended(ready, attempt, result, ending(result, Situation("PUSH", "U", 60, 0, 1)), 5)  # type: ignore[arg-type]

    late = settle(ended=[stale], actor=scene.machine)
    assert heal_late(late=late, actor=scene.machine) == 1

    healed = scene.last()
    assert (healed.cause, healed.version, healed.push_number) == ("HEAL", golden.version_number, 2)
    scene.deliver()
    assert scene.last().state == "CONFIRMED"
    assert AuditEvent.objects.filter(type="delivery.late").count() == 1


def test_one_that_loses_three_workers_is_given_up_and_the_queue_moves_on(scene: Scene) -> None:
    poison, other = scene.active(), scene.active()
    scene.queue(poison)
    for crash in range(limits.CRASHES_UNTIL_DEAD):
        assert claim(system="ERP", limit=5, alone=crash >= limits.SUSPECT_CRASHES), crash
        expire_leases()
        scene.sweep()
    scene.queue(other)
    scene.deliver()

    assert (scene.last(poison).state, scene.last(poison).dead_cause) == ("DEAD", "crashes_worker")
    assert scene.last(other).state == "CONFIRMED"


def test_what_lost_two_workers_is_claimed_alone(scene: Scene) -> None:
    suspect, other = scene.active(), scene.active()
    scene.queue(suspect, other)
    Delivery.objects.filter(golden=suspect).update(crashes=limits.SUSPECT_CRASHES)

    together, alone = claim(system="ERP", limit=5), claim(system="ERP", limit=5, alone=True)

    assert [one.golden for one in together] == [other.pk]
    assert [one.golden for one in alone] == [suspect.pk]


def test_what_was_claimed_and_not_begun_is_given_back_without_blame(scene: Scene) -> None:
    scene.queue(scene.active())
    claimed = claim(system="ERP", limit=1)

    assert release(claimed=claimed) == 1
    assert release(claimed=claimed) == 0

    assert (scene.last().state, scene.last().crashes) == ("PENDING", 0)


def test_content_that_is_not_what_was_sent_under_its_key_is_never_sent(scene: Scene) -> None:
    scene.queue(scene.active())
    Delivery.objects.update(payload_hash="f" * 64)

    assert scene.deliver() == 0

    assert (scene.last().state, scene.last().dead_cause) == ("DEAD", "payload_changed")
    assert scene.records() == {}


def given_up(scene: Scene, count: int = 1) -> list[Delivery]:
    goldens = [scene.active() for _ in range(count)]
    body = {"error": {"code": "invalid", "message": "No land.", "fields": [{"field": "city", "message": "Wrong."}]}}
    scene.misbehave("status", status=422, body=body, times=count)
    scene.queue(*goldens)
    scene.deliver()
    assert {state for _, state in scene.states()} == {"REJECTED"}
    return list(Delivery.objects.order_by("queued_at", "id"))


def test_the_original_is_sent_again_under_its_own_key(scene: Scene) -> None:
    (refused,) = given_up(scene)

    assert revive(delivery=refused.pk, what="original", actor=scene.machine) == 1
    scene.deliver()

    assert (Delivery.objects.count(), scene.last().state, scene.last().push_number) == (1, "CONFIRMED", 1)
    assert AuditEvent.objects.get(type="delivery.revived").detail == {"system": "ERP", "what": "original", "count": 1}


def test_the_current_record_is_sent_under_the_next_push_number(scene: Scene) -> None:
    (refused,) = given_up(scene)
    scene.move(refused.golden, "Kiel")

    assert revive(delivery=refused.pk, what="current", actor=scene.machine) == 1
    scene.deliver()

    assert scene.states() == [(2, "SUPERSEDED"), (3, "CONFIRMED")]
    assert (scene.last().cause, scene.last().push_number) == ("REPLAY", 2)


def test_all_that_failed_for_one_cause_is_sent_again_at_once(scene: Scene) -> None:
    refused = given_up(scene, 3)
    keys = {delivery.cause_key for delivery in refused}
    assert len(keys) == 1

    assert revive_cause(cause_key=keys.pop(), what="original", actor=scene.machine) == 3
    scene.deliver()

    assert {state for _, state in scene.states()} == {"CONFIRMED"}
    with pytest.raises(NotFound):
        revive_cause(cause_key=refused[0].cause_key, what="original", actor=scene.machine)


def test_nothing_is_sent_again_that_something_newer_stands_for(scene: Scene) -> None:
    (refused,) = given_up(scene)
    scene.queue(scene.move(refused.golden, "Kiel"))
    scene.deliver()

    with pytest.raises(Conflict):
        revive(delivery=refused.pk, what="original", actor=scene.machine)
    with pytest.raises(Conflict):
        revive(delivery=scene.last().pk, what="current", actor=scene.machine)

    assert scene.states() == [(2, "SUPERSEDED"), (3, "CONFIRMED")]


@pytest.mark.parametrize("landed", [True, False])
def test_a_person_says_what_became_of_a_write_that_cannot_be_looked_for(db: None, landed: bool) -> None:
    scene = build_scene(build_world(), connector_class="N")
    switch_on()
    scene.queue(scene.active())
    scene.misbehave("lose_reply" if landed else "reset")
    scene.deliver()
    unknown = scene.last()

    decide_unknown(delivery=unknown.pk, landed=landed, actor=scene.machine, reason="looked")
    scene.deliver()

    assert scene.last().state == "CONFIRMED"
    assert scene.target.store.rows("SELECT count(*) FROM record") == [(1,)]
    assert OutboxMessage.objects.filter(type="delivery.confirmed").count() == 1
    with pytest.raises(Conflict):
        decide_unknown(delivery=unknown.pk, landed=True, actor=scene.machine)


def test_what_waits_can_be_cancelled_and_what_is_under_way_cannot(scene: Scene) -> None:
    scene.queue(scene.active(), scene.active())
    (claimed,) = claim(system="ERP", limit=1)
    waiting = Delivery.objects.get(state="PENDING")

    cancel_delivery(delivery=waiting.pk, actor=scene.machine, reason="not now")
    with pytest.raises(Conflict):
        cancel_delivery(delivery=claimed.id, actor=scene.machine)

    assert sorted(state for _, state in scene.states()) == ["CANCELLED", "SENDING"]


def test_only_who_operates_the_system_may_mend(scene: Scene) -> None:
    (refused,) = given_up(scene)
    stranger: Actor = scene.world.stranger
    acts: list[Any] = [
        lambda: revive(delivery=refused.pk, what="current", actor=stranger),
        lambda: revive_cause(cause_key=refused.cause_key, what="current", actor=stranger),
        lambda: cancel_delivery(delivery=refused.pk, actor=stranger),
        lambda: decide_unknown(delivery=refused.pk, landed=True, actor=stranger),
    ]

    for act in acts:
        with pytest.raises(NotAllowed):
            act()
    for unknown in (
        lambda: revive(delivery=uuid4(), what="current", actor=scene.machine),
        lambda: cancel_delivery(delivery=uuid4(), actor=scene.machine),
    ):
        with pytest.raises(NotFound):
            unknown()
    assert scene.last().state == "REJECTED"


def test_a_connection_that_cannot_be_built_is_recovered_with_care(scene: Scene) -> None:
    scene.queue(scene.active())
    begun(scene)
    expire_leases()
    Connection.objects.update(kind="gone")

    scene.sweep()

    assert (scene.last().state, scene.last().step) == ("UNKNOWN", "RESOLVE")
