"""Several push, one settles: what ends together is settled together, and nobody is kept from it by another."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from sync.delivery import senders
from sync.delivery.dispatcher import Dispatcher
from sync.delivery.operations.send import Errand, settle_pushed
from sync.delivery.operations.settle import Ended
from sync.limits.bucket import LocalTurns
from tests.mdm.records.world import build_world
from tests.sync.delivery.scene import Scene, build_scene, switch_on


@pytest.fixture
def scene(transactional_db: None) -> Scene:
    built = build_scene(build_world())
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
