"""The frozen checks that every connector passes, against its counterpart. One suite; a connector brings a harness.

To run it for a connector, write `tests/contracts/test_conformance_NAME.py`:

    class TestName(ConnectorConformance):
        @pytest.fixture
        def harness(self) -> Iterator[Harness]:
            with name_counterpart() as counterpart:
                yield NameHarness(counterpart)

A `Harness` starts the counterpart and acts as its users; it counts in the counterpart's own store, never through the
connector. The suite puts a fault proxy between connector and counterpart, so a harness need not know how to break a
connection; it makes connectors for whatever port it is given. What a counterpart cannot do it names in `cannot`, check
by check, with the reason; such a check is skipped where everybody sees it.

The checks: (a) reply lost after commit: one record, ends confirmed. (b) merge done in the target, then an update for
the loser: follows the survivor, no endless retry; where the survivor belongs to another golden record nothing of that
one is overwritten and a person is asked. (c) permanent error delivered as 500: bounded attempts, body kept. (d) error
inside a 200: never counted as done. (e) stale write: no blind overwrite. (f) two workers, same record, same moment:
one row. (g) target down: nothing lost, drains in order. (h) a no-op change causes no write. (i) secrets appear nowhere.

Some checks depend on who repeats. `runner` is the smallest such thing, one connector and no queue; delivery overrides
the fixture with a runner that goes through its own tables, and all checks then hold for both.
"""

from __future__ import annotations

import dataclasses
import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import pytest

from sync.connectors.documents import differences, document_hash
from sync.connectors.interface import Connector, ConnectorClass, Op, Outcome, PushItem, PushResult
from sync.connectors.results import MERGED_THERE
from tests.tools.fault_proxy import LOST_REPLY, RESET_BEFORE, FaultProxy, stall

DONE: Final = {Outcome.APPLIED, Outcome.NOOP}
TRIES: Final = 6


class Harness(Protocol):
    """A counterpart as the suite sees it. Documents are target documents, as mapping would make them."""

    domain: str
    object: str
    port: int  # where the counterpart listens on this machine
    secrets: tuple[str, ...]  # what its connection keeps secret, as it is used on the wire
    cannot: Mapping[str, str]  # check -> why this counterpart cannot show it

    def connector(self, port: int) -> Connector:
        """A connector whose calls go to this port; its time-outs are about a second."""
        ...

    def document(self, number: int) -> dict[str, Any]:
        """A document that the target takes; another number, other values in the same fields."""
        ...

    def records(self, golden_id: str) -> int:
        """How many records of this golden record the counterpart holds, merged ones included."""
        ...

    def held(self, target_key: str) -> Mapping[str, Any]:
        """What the counterpart holds under its key, in the document's form."""
        ...

    def writes(self) -> int:
        """How many changes the counterpart ever made, by whomever."""
        ...

    def edit(self, target_key: str) -> None:
        """A user of the counterpart changes one of the document's fields."""
        ...

    def foreign(self) -> str:
        """A user of the counterpart makes a record that the hub knows nothing of; its key."""
        ...

    def merge(self, loser_key: str, survivor_key: str) -> None:
        """A user of the counterpart merges one record into another."""
        ...

    def provoke_500(self, item: PushItem) -> PushItem:
        """The item as it has to be so that its write meets a permanent error told as 500, each time."""
        ...

    def provoke_error_in_200(self, item: PushItem) -> PushItem:
        """The item as it has to be so that its write meets an error told inside a 200."""
        ...


@dataclass(frozen=True)
class Ending:
    """What became of an item: every answer on the way, the last one last."""

    results: tuple[PushResult, ...]

    @property
    def last(self) -> PushResult:
        return self.results[-1]

    @property
    def pushes(self) -> int:
        return sum(1 for result in self.results if result.code != "resolving")


class Runner(Protocol):
    """Who repeats a write until it has ended."""

    def deliver(self, item: PushItem) -> Ending: ...


@dataclass
class BareRunner:
    """Pushes, and after an unknown ending looks before it pushes again. It waits for nothing but the quiet period."""

    connector: Connector
    tries: int = TRIES
    pushed: int = field(default=0)

    def deliver(self, item: PushItem) -> Ending:
        answers: list[PushResult] = []
        unknown = False
        for _ in range(self.tries):
            answers.append(self._resolve(item) if unknown else self._push(item))
            last = answers[-1]
            if unknown and last.outcome is Outcome.RETRY and last.target_key:
                item = dataclasses.replace(item, target_key=last.target_key, base_etag=last.etag)
            unknown = last.outcome is Outcome.UNKNOWN
            asks_a_person = unknown and self._class(item) is ConnectorClass.N
            if last.outcome not in (Outcome.UNKNOWN, Outcome.RETRY, Outcome.THROTTLED) or asks_a_person:
                break
        return Ending(tuple(answers))

    def _push(self, item: PushItem) -> PushResult:
        self.pushed += 1
        return self.connector.push([item])[0]

    def _resolve(self, item: PushItem) -> PushResult:
        if self._class(item) is ConnectorClass.P:
            time.sleep(self.connector.capabilities[item.object].quiet_period)
        return self.connector.resolve(item)

    def _class(self, item: PushItem) -> ConnectorClass:
        return self.connector.capabilities[item.object].connector_class


class ConnectorConformance:
    """The suite. A subclass gives the `harness`; nothing else here is meant to be overridden but `runner`."""

    @pytest.fixture
    def harness(self) -> Iterator[Harness]:
        raise NotImplementedError("give a harness")

    @pytest.fixture
    def proxy(self, harness: Harness) -> Iterator[FaultProxy]:
        with FaultProxy(harness.port) as running:
            yield running

    @pytest.fixture
    def connector(self, harness: Harness, proxy: FaultProxy) -> Connector:
        return harness.connector(proxy.port)

    @pytest.fixture
    def runner(self, connector: Connector) -> Runner:
        return BareRunner(connector)

    @pytest.fixture
    def able(self, request: pytest.FixtureRequest, harness: Harness) -> None:
        """Skip a check that the counterpart cannot show, and say why."""
        letter = request.function.__name__.split("_")[1]
        if letter in harness.cannot:
            pytest.skip(f"({letter}) {harness.cannot[letter]}")

    @pytest.fixture
    def first(self, able: None, harness: Harness) -> PushItem:
        return item_of(harness, 1)

    def test_a_reply_lost_after_commit_leaves_one_record(
        self, harness: Harness, connector: Connector, proxy: FaultProxy, runner: Runner, first: PushItem
    ) -> None:
        proxy.arm(LOST_REPLY)
        ending = runner.deliver(first)

        expect_ended(connector, first, ending.last)
        assert harness.records(first.golden_id) == 1

    def test_a_update_whose_reply_was_lost_is_there_once(
        self, harness: Harness, connector: Connector, proxy: FaultProxy, runner: Runner, first: PushItem
    ) -> None:
        second = following(harness, first, runner.deliver(first).last)

        proxy.arm(LOST_REPLY)
        ending = runner.deliver(second)

        expect_ended(connector, second, ending.last)
        readable = connector.capabilities[first.object].readable
        assert harness.records(first.golden_id) == 1 or not readable
        assert not readable or holds(harness, ending.last.target_key, second.payload)

    def test_a_request_that_never_arrived_is_sent_again(
        self, harness: Harness, connector: Connector, proxy: FaultProxy, runner: Runner, first: PushItem
    ) -> None:
        proxy.arm(RESET_BEFORE)
        proxy.arm(stall(up=10))
        ending = runner.deliver(first)

        assert ending.last.outcome in DONE or connector.capabilities[first.object].connector_class is ConnectorClass.N
        assert harness.records(first.golden_id) == (ending.last.outcome in DONE)

    def test_b_after_a_merge_into_a_record_nobody_owns_the_update_follows(
        self, harness: Harness, connector: Connector, runner: Runner, first: PushItem
    ) -> None:
        loser = runner.deliver(first).last
        survivor = harness.foreign()
        harness.merge(str(loser.target_key), survivor)

        ending = runner.deliver(dataclasses.replace(following(harness, first, loser), base_etag=None))

        assert (ending.last.outcome, ending.last.target_key) == (Outcome.APPLIED, survivor)
        assert holds(harness, survivor, harness.document(2))
        found = connector.find(first.object, {first.golden_id: loser.target_key})[first.golden_id]
        assert found.target_key == survivor

    def test_b_after_a_merge_into_another_golden_record_a_person_is_asked(
        self, harness: Harness, connector: Connector, runner: Runner, first: PushItem
    ) -> None:
        other = item_of(harness, 3)
        loser, survivor = runner.deliver(first).last, runner.deliver(other).last
        harness.merge(str(loser.target_key), str(survivor.target_key))
        before = harness.held(str(survivor.target_key))

        ending = runner.deliver(dataclasses.replace(following(harness, first, loser), base_etag=None))

        assert (ending.last.outcome, ending.last.code) == (Outcome.CONFLICT, MERGED_THERE)
        assert ending.last.target_key == survivor.target_key
        assert len(ending.results) == 1
        assert harness.held(str(survivor.target_key)) == before

    def test_c_a_permanent_error_told_as_500_ends_with_its_body_kept(
        self, harness: Harness, runner: Runner, first: PushItem
    ) -> None:
        poisoned = harness.provoke_500(first)

        ending = runner.deliver(poisoned)

        assert len(ending.results) <= TRIES
        assert ending.last.outcome not in DONE
        assert any("500" in result.response for result in ending.results)
        assert all(result.response for result in ending.results if result.code.startswith("http_5"))
        assert harness.records(first.golden_id) == 0

    def test_d_an_error_inside_a_200_is_never_counted_as_done(
        self, harness: Harness, connector: Connector, first: PushItem
    ) -> None:
        broken = harness.provoke_error_in_200(first)

        (result,) = connector.push([broken])

        assert result.outcome not in {*DONE, Outcome.ACCEPTED}
        assert result.message and "200" in result.response
        assert harness.records(first.golden_id) == 0

    def test_e_a_stale_write_overwrites_nothing(
        self, harness: Harness, connector: Connector, runner: Runner, first: PushItem
    ) -> None:
        made = runner.deliver(first).last
        harness.edit(str(made.target_key))
        edited = harness.held(str(made.target_key))
        second = following(harness, first, made)

        (stale,) = connector.push([second])
        kept = harness.held(str(made.target_key))
        fresh = connector.find(first.object, {first.golden_id: made.target_key})[first.golden_id]
        (result,) = connector.push([dataclasses.replace(second, base_etag=fresh.etag)])

        assert (stale.outcome, kept) == (Outcome.CONFLICT, edited)
        assert differences(first.payload, fresh.fields)
        assert result.outcome is Outcome.APPLIED
        assert holds(harness, made.target_key, second.payload)

    def test_f_two_workers_at_the_same_moment_make_one_row(self, harness: Harness, first: PushItem) -> None:
        workers = [harness.connector(harness.port) for _ in range(4)]

        answers = together([lambda worker=worker: BareRunner(worker).deliver(first) for worker in workers])  # type: ignore[misc]

        assert all(ending.last.outcome in DONE for ending in answers)
        assert harness.records(first.golden_id) == 1

    def test_g_what_waits_while_the_target_is_down_arrives_in_order(
        self, harness: Harness, connector: Connector, proxy: FaultProxy, runner: Runner, first: PushItem
    ) -> None:
        with proxy.refusing():
            (waiting,) = connector.push([first])
            assert harness.records(first.golden_id) == 0

        made = runner.deliver(first).last
        last = runner.deliver(following(harness, first, made)).last

        assert waiting.outcome is Outcome.RETRY
        assert made.outcome in DONE and last.outcome in DONE
        assert not connector.capabilities[first.object].readable or holds(harness, last.target_key, harness.document(2))

    def test_h_a_change_of_nothing_writes_nothing(
        self, harness: Harness, connector: Connector, runner: Runner, first: PushItem
    ) -> None:
        made = runner.deliver(first).last
        before = harness.writes()
        same = dataclasses.replace(following(harness, first, made), payload=first.payload)

        (known,) = connector.push([dataclasses.replace(same, base_hash=document_hash(first.payload))])
        (looked_at,) = connector.push([dataclasses.replace(same, push_id=uuid.uuid4())])

        assert (known.outcome, looked_at.outcome) == (Outcome.NOOP, Outcome.NOOP)
        assert harness.writes() == before

    def test_i_secrets_appear_nowhere(
        self,
        harness: Harness,
        connector: Connector,
        proxy: FaultProxy,
        runner: Runner,
        first: PushItem,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        caplog.set_level(logging.DEBUG)
        proxy.arm(LOST_REPLY)
        ending = runner.deliver(first)
        with proxy.refusing():
            refused = connector.push([first])
            health = connector.check()

        told = "\n".join(f"{result!r} {result.request} {result.response}" for result in (*ending.results, *refused))
        told += f"{health!r} {connector!r} {caplog.text}"
        assert harness.secrets
        assert any(result.request for result in ending.results)
        assert [secret for secret in harness.secrets if secret in told] == []


def item_of(harness: Harness, number: int) -> PushItem:
    """A first version of a golden record of its own."""
    code = f"BP-{uuid.uuid4().int % 10**8:08d}"
    return PushItem(uuid.uuid4(), code, 1, harness.domain, harness.object, Op.UPSERT, harness.document(number))


def following(harness: Harness, item: PushItem, made: PushResult) -> PushItem:
    """The next version of the same golden record, based on what the first one made."""
    return dataclasses.replace(
        item,
        push_id=uuid.uuid4(),
        version=item.version + 1,
        payload=harness.document(2),
        target_key=made.target_key,
        base_etag=made.etag,
        base_hash=document_hash(item.payload),
    )


def holds(harness: Harness, target_key: str | None, document: Mapping[str, Any]) -> bool:
    return target_key is not None and not differences(document, harness.held(target_key))


def expect_ended(connector: Connector, item: PushItem, last: PushResult) -> None:
    """Done; or, where the target offers nothing, known to be unknown."""
    if connector.capabilities[item.object].connector_class is ConnectorClass.N:
        assert last.outcome is Outcome.UNKNOWN
    else:
        assert last.outcome in DONE


def together(acts: list[Callable[[], Ending]]) -> list[Ending]:
    """All acts at the same moment."""
    start = threading.Barrier(len(acts))
    endings: list[Ending] = []

    def act(one: Callable[[], Ending]) -> None:
        start.wait(10)
        endings.append(one())

    threads = [threading.Thread(target=act, args=[one]) for one in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(endings) == len(acts)
    return endings
