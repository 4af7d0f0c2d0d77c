"""Several push, one settles: what ends together is settled together, and nobody is kept from it by another."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import pytest

from sync.connectors.interface import Connector, TargetSchema
from sync.connectors.memory.faults import FOR_EVER, Rule
from sync.delivery import senders
from sync.delivery.dispatcher import Dispatcher
from sync.delivery.models import Delivery, DeliveryAttempt
from sync.delivery.operations.claim import claim
from sync.delivery.operations.send import Errand, begin, push, settle_pushed
from sync.delivery.operations.settle import Ended
from sync.delivery.preparing import forget_schemas, schema_of
from sync.delivery.rebasing import prepare_call
from sync.delivery.senders import Senders, Unit
from sync.limits.bucket import LocalTurns
from sync.targets.models import Connection
from tests.faults.delivering import until
from tests.sync.delivery.scene import Scene, kept_scene, switch_on


@pytest.fixture
def scene(transactional_db: None) -> Scene:
    built = kept_scene()
    switch_on()
    return built


def _dispatch(scene: Scene, seconds: float = 20) -> None:
    dispatcher = Dispatcher(actor=scene.machine, turns=LocalTurns(), threads=4)
    dispatcher.run(told_to_stop=lambda: False, until_quiet=True, seconds=seconds)


def test_what_cannot_be_settled_with_others_is_settled_alone_and_keeps_nobody(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    goldens = [scene.active() for _ in range(12)]
    poisonous, tried = goldens[5].code, list[int]()

    def settled(*, ended: Sequence[Ended], errand: Errand) -> None:
        tried.append(len(ended))
        if poisonous in [one.claimed.code for one in ended]:
            raise RuntimeError("its settling fails")
        settle_pushed(ended=ended, errand=errand)

    monkeypatch.setattr(senders, "settle_pushed", settled)
    scene.queue(*goldens)
    _dispatch(scene, seconds=4)

    states = {golden.code: scene.states(golden)[0][1] for golden in goldens}
    assert states.pop(poisonous) == "SENDING", "its lease will run out"
    assert set(states.values()) == {"CONFIRMED"}
    assert len(scene.records()) == 12


class SlowToDescribe:
    """A connector whose target takes its time to say what it wants."""

    def __init__(self, connector: Connector, told: threading.Event) -> None:
        self._connector, self._told = connector, told
        self.asked = threading.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connector, name)

    def describe(self, object: str) -> TargetSchema:
        self.asked.set()
        assert self._told.wait(20)
        return self._connector.describe(object)


def test_a_target_slow_to_say_what_it_wants_holds_up_nobody_else(scene: Scene) -> None:
    scene.queue(scene.active(), scene.active())
    slow, other = claim(system="ERP", limit=2)
    errand, told, making = scene.errand(), threading.Event(), Senders(2)
    forget_schemas()

    asking = SlowToDescribe(errand.connector, told)
    making.hand(Unit([slow], replace(errand, connector=cast(Connector, asking))))
    assert asking.asked.wait(20)
    schema_of(errand.connector, "ERP", "party")
    making.hand(Unit([other], errand))
    until(lambda: Delivery.objects.get(pk=other.id).state == "CONFIRMED")
    assert not DeliveryAttempt.objects.filter(delivery=slow.id).exists()
    told.set()
    until(lambda: making.under_way == 0)

    assert making.stop(20) == []
    assert set(Delivery.objects.values_list("state", flat=True)) == {"CONFIRMED"}


def test_what_nobody_began_is_given_back_and_what_is_begun_is_ended(scene: Scene) -> None:
    scene.queue(scene.active(), scene.active())
    slow, other = claim(system="ERP", limit=2)
    errand, told, making = scene.errand(), threading.Event(), Senders(1)
    forget_schemas()
    for one in (slow, other):
        connector = cast(Connector, SlowToDescribe(errand.connector, told))
        making.hand(Unit([one], replace(errand, connector=connector)))

    threading.Timer(0.2, told.set).start()
    left = making.stop(20)

    assert sorted(one.id for one in left) == sorted([slow.id, other.id])
    assert not DeliveryAttempt.objects.exists()


def test_a_call_that_would_outlast_its_lease_is_not_made_and_leaves_a_doubt_a_doubt(scene: Scene) -> None:
    golden = scene.active()
    scene.queue(golden)
    scene.misbehave("truncated", times=1)
    scene.deliver(rounds=1)
    assert (scene.last(golden).state, scene.last(golden).in_doubt) == ("UNKNOWN", True)
    scene.hurry()
    (claimed,) = claim(system="ERP", limit=1)
    errand = scene.errand()
    ((begun,),) = begin(calls=[prepare_call([claimed], errand.connector)], errand=errand)

    late = replace(claimed, held_until=time.monotonic())
    ended = push(begun=[replace(begun, ready=replace(begun.ready, claimed=late))], errand=errand)
    settle_pushed(ended=ended, errand=errand)

    assert [one.result.code for one in ended] == ["no_turn"]
    assert (scene.last(golden).state, scene.last(golden).in_doubt) == ("UNKNOWN", True)


def test_what_ends_while_every_thread_pushes_waits_a_moment_for_others(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = list[int]()

    def settled(*, ended: Sequence[Ended], errand: Errand) -> None:
        together.append(len(ended))
        settle_pushed(ended=ended, errand=errand)

    monkeypatch.setattr(senders, "settle_pushed", settled)
    monkeypatch.setattr(senders, "GATHER_SECONDS", 0.5)
    scene.queue(*[scene.active() for _ in range(8)])
    _dispatch(scene)

    assert sum(together) == 8
    assert together[0] > 4, "more than the threads push at a time"


def test_what_ended_waits_for_nobody_while_it_holds_the_slot_that_another_needs(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited, gather = list[float](), Senders._gather

    def gathered(mine: Senders) -> None:
        since = time.monotonic()
        gather(mine)
        waited.append(time.monotonic() - since)

    monkeypatch.setattr(Senders, "_gather", gathered)
    monkeypatch.setattr(senders, "GATHER_SECONDS", 1.0)
    Connection.objects.filter(pk=scene.connection.pk).update(slots=8)
    scene.target.program(Rule("slow", seconds=0.1, times=FOR_EVER))
    scene.queue(*[scene.active() for _ in range(20)])

    _dispatch(scene)

    assert len(scene.records()) == 20
    assert sum(seconds >= 1 for seconds in waited) <= 1, "only of the last ones no slot is needed"


def test_several_that_end_together_each_have_their_own_identifier_and_event(scene: Scene) -> None:
    goldens = [scene.active() for _ in range(12)]
    scene.queue(*goldens)

    _dispatch(scene)

    ids = [scene.ids_of(golden) for golden in goldens]
    assert [len(one) for one in ids] == [1] * 12
    assert len({one[0] for one in ids}) == 12
    for golden, (own,) in zip(goldens, ids, strict=True):
        found = scene.target.store.by_reference("party", golden.code)
        assert found is not None and str(found.key) == own
