"""Deliveries over a network that fails, with Redis gone and floods of rings."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from django.conf import settings as django_settings

from sync.delivery.dispatcher import Dispatcher
from sync.delivery.limits import threads
from sync.limits.bucket import LocalTurns, RateBucket, Turn
from sync.targets.models import Connection
from tests.faults.delivering import Yard, expect_each_once
from tests.mdm.records.world import build_world
from tests.sync.delivery.scene import build_scene, switch_on
from tests.tools.fault_proxy import LOST_REPLY, RESET_BEFORE, Fault, FaultProxy, cut_down, cut_up, stall
from tests.tools.memory_target import memory_server


@pytest.fixture
def yard(transactional_db: None, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[Yard, FaultProxy]]:
    """A target behind a proxy that breaks connections."""
    given = getattr(request.node, "callspec", None)
    connector_class = given.params.get("connector_class", "U") if given else "U"
    with memory_server(tmp_path / "target.sqlite") as server, FaultProxy(server.port) as between:
        url = f"http://127.0.0.1:{between.port}"
        scene = build_scene(build_world(), connector_class=connector_class, url=url, quiet_period=0)
        switch_on()
        made = Yard(scene, server, tmp_path)
        yield made, between
        made.stop()


def dispatch(yard: Yard, seconds: float = 40) -> None:
    """Deliver in this process until nothing is left."""
    turns = RateBucket.at(django_settings.REDIS_URL)
    dispatcher = Dispatcher(actor=yard.scene.machine, turns=turns, threads=min(4, threads()))
    dispatcher.run(told_to_stop=lambda: False, until_quiet=True, seconds=seconds)


@pytest.fixture(autouse=True)
def _impatient(settings: object) -> None:
    """Short leases, pauses and time-outs."""
    for name, value in (
        ("DELIVERY_LEASE_SECONDS", 5), ("DELIVERY_SWEEP_SECONDS", 1), ("DELIVERY_RETRY_SECONDS", 0.2),
        ("DELIVERY_BREAKER_SECONDS", 0.3),
    ):  # fmt: skip
        setattr(settings, name, value)


@pytest.mark.parametrize("connector_class", ["K", "U", "P"])
@pytest.mark.parametrize("fault", [LOST_REPLY, cut_up(200), cut_down(30), RESET_BEFORE], ids=lambda fault: fault.name)
def test_a_connection_that_breaks_anywhere_leaves_one_record(
    yard: tuple[Yard, FaultProxy], connector_class: str, fault: Fault
) -> None:
    one, between = yard
    goldens = one.queued(2)
    dispatch(one)
    for golden in goldens:
        one.scene.move(golden, "Kiel")
    between.arm(fault)

    dispatch(one)

    expect_each_once(one, goldens)
    assert one.target.rows("SELECT count(*) FROM record") == [(2,)]


def test_a_target_that_falls_silent_is_given_up_and_resolved(yard: tuple[Yard, FaultProxy]) -> None:
    one, between = yard
    goldens = one.queued(2)
    between.arm(stall(), times=1)

    dispatch(one)

    expect_each_once(one, goldens)


def test_a_target_that_refuses_is_tried_again_without_a_look_and_then_drains(
    yard: tuple[Yard, FaultProxy],
) -> None:
    one, between = yard
    goldens = one.queued(8)
    with between.refusing():
        dispatch(one, seconds=4)
        assert one.target.effects() == 0
        assert Connection.objects.get().breaker != "CLOSED"
        assert set(one.states()) == {"PENDING"}

    dispatch(one)

    expect_each_once(one, goldens)
    assert {step for step, _, _ in one.attempts()} == {"PUSH"}
    assert {outcome for _, outcome, _ in one.attempts()} == {"RETRY", "APPLIED"}
    assert Connection.objects.get().breaker == "CLOSED"


@pytest.mark.parametrize(
    "address",
    ["http://no-such-host.invalid", "https://127.0.0.1:{port}", "http://127.0.0.1:1"],
    ids=["a name nobody knows", "no TLS there", "a closed port"],
)
def test_what_never_landed_is_not_looked_for(yard: tuple[Yard, FaultProxy], address: str) -> None:
    one, between = yard
    one.queued()
    Connection.objects.update(base_url=address.format(port=between.port))

    dispatch(one, seconds=3)

    assert one.target.effects() == 0
    assert set(one.states()) == {"PENDING"}
    assert {(step, outcome) for step, outcome, _ in one.attempts()} <= {("PUSH", "RETRY"), ("PUSH", "CONFIG")}


def test_without_redis_deliveries_are_late_and_none_is_lost(yard: tuple[Yard, FaultProxy]) -> None:
    one, _ = yard
    Connection.objects.update(rate_per_second=50)
    goldens = one.queued(5)
    nobody = RateBucket(redis.Redis(host="127.0.0.1", port=1, socket_timeout=0.2))

    began = time.monotonic()
    dispatcher = Dispatcher(actor=one.scene.machine, turns=nobody, threads=4)
    dispatcher.run(told_to_stop=lambda: False, until_quiet=True, seconds=40)

    expect_each_once(one, goldens)
    assert time.monotonic() - began < 30


def test_a_redis_that_forgets_everything_is_an_empty_bucket(yard: tuple[Yard, FaultProxy]) -> None:
    one, _ = yard
    Connection.objects.update(rate_per_second=50)
    goldens = one.queued(10)
    client = redis.Redis.from_url(django_settings.REDIS_URL)

    taken = itertools.count(1)

    class Forgetful(RateBucket):
        """Its keys are gone now and then."""

        def take(self, name: str, rate: float) -> Turn:
            if next(taken) % 7 == 0:
                client.delete(f"touchstone:rate:{name}")
            return super().take(name, rate)

    dispatcher = Dispatcher(actor=one.scene.machine, turns=Forgetful(client), threads=4)
    dispatcher.run(told_to_stop=lambda: False, until_quiet=True, seconds=40)

    expect_each_once(one, goldens)
    assert one.target.busiest(1.0) <= 55


def test_several_records_go_in_one_call_where_the_target_takes_them(yard: tuple[Yard, FaultProxy]) -> None:
    one, _ = yard
    Connection.objects.update(options={"class": "U", "batch_max": "10"})
    goldens = one.queued(20)

    dispatcher = Dispatcher(actor=one.scene.machine, turns=LocalTurns(), threads=1)
    calls = dispatcher.run(told_to_stop=lambda: False, until_quiet=True, seconds=40)

    expect_each_once(one, goldens)
    assert calls == 20
    assert one.target.rows("SELECT count(*) FROM call WHERE writes = 1") == [(2,)]


def test_a_batch_whose_answer_is_lost_is_resolved_record_by_record(yard: tuple[Yard, FaultProxy]) -> None:
    one, between = yard
    Connection.objects.update(options={"class": "U", "batch_max": "10"})
    goldens = one.queued(10)
    between.arm(LOST_REPLY)

    dispatch(one)

    expect_each_once(one, goldens)
    assert one.target.effects() == 10
