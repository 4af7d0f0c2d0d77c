"""Dispatchers that die, hang and come back: whatever happens, a target has each record once and nothing is lost."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mdm.events.models import OutboxMessage
from sync.delivery import tasks
from sync.delivery.models import Delivery
from sync.targets.models import Connection
from tests import seeds
from tests.faults import poison
from tests.faults.delivering import LEASE_SECONDS, Yard, expect_each_once, until
from tests.mdm.records.world import build_world
from tests.sync.delivery.scene import build_scene, switch_on
from tests.tools.memory_target import MemoryServer, memory_server

CLASSES = ["K", "U", "P", "N"]


@pytest.fixture
def target(tmp_path: Path) -> Iterator[MemoryServer]:
    with memory_server(tmp_path / "target.sqlite") as server:
        yield server


@pytest.fixture
def yard(
    transactional_db: None, target: MemoryServer, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Yard]:
    """A target of class U, or of the class the test is given; its quiet period is as short as its lease allows."""
    given = getattr(request.node, "callspec", None)
    connector_class = given.params.get("connector_class", "U") if given else "U"
    scene = build_scene(build_world(), connector_class=connector_class, url=target.url, quiet_period=2)
    switch_on()
    made = Yard(scene, target, tmp_path)
    yield made
    made.stop()


def test_what_was_committed_before_a_kill_is_found_and_sent_once(yard: Yard) -> None:
    (golden,) = [yard.scene.active()]  # its message waits in the outbox, and nobody was woken

    killed, _ = yard.run(fault="delivery.in_fan_out:kill9:1")
    assert killed == -signal.SIGKILL
    assert not Delivery.objects.exists()
    yard.run()

    expect_each_once(yard, [golden])
    assert yard.target.effects() == 1


@pytest.mark.parametrize("point", ["delivery.in_claim", "delivery.after_claim", "delivery.before_attempt"])
def test_killed_before_its_attempt_nothing_was_sent(yard: Yard, point: str) -> None:
    goldens = yard.queued(2)

    killed, _ = yard.run(fault=f"{point}:kill9:1")
    assert killed == -signal.SIGKILL
    assert yard.attempts() == [] and yard.target.effects() == 0
    yard.run()

    expect_each_once(yard, goldens)
    assert [outcome for _, outcome, _ in yard.attempts()] == ["APPLIED", "APPLIED"]


@pytest.mark.parametrize("connector_class", CLASSES)
def test_killed_after_its_attempt_it_is_resolved_by_class(yard: Yard, connector_class: str) -> None:
    goldens = yard.queued()

    killed, _ = yard.run(fault="delivery.after_attempt:kill9:1")
    assert killed == -signal.SIGKILL and yard.target.effects() == 0
    worker = yard.start(until_quiet=False)
    until(lambda: yard.states() == {"CONFIRMED" if connector_class != "N" else "UNKNOWN": 1})
    worker.terminate()
    worker.end()

    steps = [step for step, _, _ in yard.attempts()]
    twice = ["PUSH", "PUSH"]
    assert steps == {"K": twice, "U": twice, "P": ["PUSH", "RESOLVE", "PUSH"], "N": ["PUSH"]}[connector_class]
    assert yard.target.records(goldens[0].code) == (connector_class != "N")


@pytest.mark.parametrize("connector_class", CLASSES)
@pytest.mark.parametrize("point", ["delivery.after_post", "delivery.in_settle"])
def test_killed_between_the_answer_and_its_settling_there_is_one_effect(
    yard: Yard, connector_class: str, point: str
) -> None:
    goldens = yard.queued()

    killed, _ = yard.run(fault=f"{point}:kill9:1")
    assert killed == -signal.SIGKILL and yard.target.effects() == 1
    worker = yard.start(until_quiet=False)
    until(lambda: yard.states() == {"CONFIRMED" if connector_class != "N" else "UNKNOWN": 1})
    worker.terminate()
    worker.end()

    assert yard.target.effects() == 1
    assert yard.target.rows("SELECT count(*) FROM record") == [(1,)]
    told = OutboxMessage.objects.filter(type="delivery.confirmed", subject=f"golden:{goldens[0].code}").count()
    assert told == (connector_class != "N")


@pytest.mark.parametrize("connector_class", CLASSES)
def test_killed_during_the_call_there_is_one_effect(yard: Yard, connector_class: str) -> None:
    goldens = yard.queued()
    yard.target.program("slow_reply", seconds=1.5)

    worker = yard.start()
    until(lambda: yard.target.rows("SELECT count(*) FROM call WHERE writes = 1") == [(1,)])
    worker.kill()
    again = yard.start(until_quiet=False)
    until(lambda: yard.states() == {"CONFIRMED" if connector_class != "N" else "UNKNOWN": 1})
    again.terminate()
    again.end()

    assert yard.target.records(goldens[0].code) <= 1
    assert yard.target.rows("SELECT count(*) FROM record") == [(1,)]


def test_killed_after_it_settled_its_completion_is_told_once(yard: Yard) -> None:
    goldens = yard.queued()

    killed, _ = yard.run(fault="delivery.after_settle:kill9:1")
    assert killed == -signal.SIGKILL
    yard.run()

    expect_each_once(yard, goldens)
    assert OutboxMessage.objects.filter(type="delivery.confirmed").count() == 1
    assert len(yard.attempts()) == 1


def test_a_dispatcher_stopped_beyond_its_lease_has_no_effect_when_it_wakes(yard: Yard) -> None:
    goldens = yard.queued()
    sleeper = yard.start(fault="delivery.after_post:stop:1", threads=1)
    until(lambda: yard.target.effects() == 1)
    time.sleep(LEASE_SECONDS + 0.5)

    yard.run()
    assert yard.states() == {"CONFIRMED": 1}
    sleeper.send_signal(signal.SIGCONT)
    _, said = sleeper.end()

    assert "was taken over" in said
    assert [(outcome, late) for _, outcome, late in yard.attempts()] == [("LOST", "APPLIED"), ("NOOP", None)]
    assert OutboxMessage.objects.filter(type="delivery.confirmed").count() == 1
    expect_each_once(yard, goldens)


def test_a_dispatcher_stopped_while_it_reads_the_outbox_keeps_the_others_for_a_lease_only(yard: Yard) -> None:
    golden = yard.scene.active()
    sleeper = yard.start(fault="delivery.in_fan_out:stop:1")
    until(lambda: _holders() == 1)

    yard.run()
    delivered = yard.states()
    sleeper.send_signal(signal.SIGCONT)
    code, said = sleeper.end()

    assert delivered == {"CONFIRMED": 1} and _holders() == 0
    assert code == 0 and "did not answer" in said
    expect_each_once(yard, [golden])


def _holders() -> int:
    """How many sessions have a transaction open and do nothing."""
    with seeds.owner() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'"
        )
        (count,) = cursor.fetchone() or (0,)
    return int(count)


def test_a_dispatcher_that_hangs_holds_up_its_own_deliveries_only(yard: Yard) -> None:
    goldens = yard.queued(6)
    yard.start(fault="delivery.before_attempt:hang:1", threads=2)
    until(lambda: "SENDING" in yard.states())

    yard.run()

    assert yard.states() == {"CONFIRMED": 6}
    expect_each_once(yard, goldens)


def test_a_fault_of_the_code_costs_a_lease_and_nothing_else(yard: Yard) -> None:
    goldens = yard.queued(3)

    code, said = yard.run(fault="delivery.before_attempt:raise:1,delivery.in_settle:raise:1")

    assert code == 0 and "InjectedFault" in said
    expect_each_once(yard, goldens)


@pytest.mark.parametrize("connector_class", ["P"])
def test_a_target_still_working_when_the_call_was_given_up_makes_one_record(yard: Yard, connector_class: str) -> None:
    Connection.objects.update(options={"class": connector_class, "quiet_period": "3"})
    goldens = yard.queued()
    yard.target.program("slow", seconds=3)

    yard.run()

    assert [step for step, _, _ in yard.attempts()] == ["PUSH", "RESOLVE"]
    expect_each_once(yard, goldens)


def test_a_record_that_kills_its_workers_is_quarantined_and_the_queue_moves_on(yard: Yard) -> None:
    poison.install()
    Connection.objects.update(kind=poison.NAME)
    others = yard.queued(4)
    bad = yard.scene.active(poison.POISON)
    deaths = 0
    while (end := yard.run(threads=6))[0] == -signal.SIGKILL:
        deaths += 1
        assert deaths < 6, end

    dead = yard.scene.last(bad)
    assert deaths == 3
    assert (dead.state, dead.dead_cause) == ("DEAD", "crashes_worker")
    assert {yard.scene.last(golden).state for golden in others} == {"CONFIRMED"}
    assert yard.target.rows("SELECT count(*) FROM record") == [(len(others),)]


def test_told_to_stop_a_dispatcher_ends_what_is_under_way(yard: Yard) -> None:
    yard.target.command("latency", seconds=1.5)
    yard.queued(12)
    worker = yard.start(threads=2, until_quiet=False)
    until(lambda: yard.target.rows("SELECT count(*) FROM call WHERE writes = 1")[0][0] >= 2)

    began = time.monotonic()
    worker.terminate()
    code, said = worker.end()

    assert code == 0 and said.startswith("Stopped"), said
    assert time.monotonic() - began < 30
    states = yard.states()
    assert states["SENDING"] == states["UNKNOWN"] == 0
    assert states["CONFIRMED"] == yard.target.effects()
    assert set(Delivery.objects.values_list("crashes", flat=True)) == {0}


def test_a_ring_with_words_of_a_newer_version_is_answered(yard: Yard) -> None:
    goldens = yard.queued()

    tasks.sweep(of_a_newer_version=True)
    tasks.deliver(of_a_newer_version=True)
    tasks.deliver()

    assert yard.states() == {"CONFIRMED": 1}
    expect_each_once(yard, goldens)
