"""The programmable target: what it does when told to misbehave, and what its connector makes of that."""

from __future__ import annotations

import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from config.environment import BASE_DIR
from sync.connectors import registry
from sync.connectors.errors import ConnectorError, CursorExpired
from sync.connectors.interface import ChangeKind, Connector, FieldError, MergedRecord, Op, Outcome, PushItem
from sync.connectors.memory.control import command
from sync.connectors.memory.faults import Rule
from sync.connectors.memory.local import forget_target, target_named
from sync.connectors.memory.target import Call, Target
from sync.connectors.settings import ConnectionSettings, Timeouts
from tests.tools.memory_target import memory_server


@pytest.fixture
def target() -> Iterator[Target]:
    yield target_named("test")
    forget_target("test")


def connect(connector_class: str = "U", **options: str) -> Connector:
    settings = ConnectionSettings(
        "memory", "memory://test", options={"class": connector_class} | options, timeouts=Timeouts(read=0.3)
    )
    return registry.build("memory", settings)


def item(code: str = "BP-000001", number: int = 1, **more: Any) -> PushItem:
    given: dict[str, Any] = {"op": Op.UPSERT, "payload": {"name": f"Acme {number}"}} | more
    return PushItem(uuid.uuid4(), code, number, "party", "party", **given)


def act(target: Target, name: str, /, **body: Any) -> None:
    with target.store.transaction():
        status, _ = command(target, Call("POST", ("control", name), {}, {}, orjson.dumps(body)))
    assert status == 200


def effects(target: Target) -> int:
    return int(target.store.rows("SELECT count(*) FROM effect")[0][0])


@pytest.mark.parametrize(
    ("rule", "outcome", "done"),
    [
        (Rule("throttle", seconds=30), Outcome.THROTTLED, 0),
        (Rule("status", status=503), Outcome.THROTTLED, 0),
        (Rule("status", status=500), Outcome.UNKNOWN, 0),
        (Rule("status", status=401), Outcome.CONFIG, 0),
        (Rule("status", status=410), Outcome.CONFIG, 0),
        (Rule("status", status=422), Outcome.REJECTED, 0),
        (Rule("status", status=424, body={"error": {"code": "missing_parent"}}), Outcome.DEPENDENCY, 0),
        (Rule("error_in_200", body={"error": {"code": "odd", "message": "No."}}), Outcome.REJECTED, 0),
        (Rule("reset"), Outcome.UNKNOWN, 0),
        (Rule("lose_reply"), Outcome.UNKNOWN, 1),
        (Rule("slow_reply", seconds=1), Outcome.UNKNOWN, 1),
        (Rule("slow", seconds=1), Outcome.UNKNOWN, 0),
        (Rule("slow", seconds=0.05), Outcome.APPLIED, 1),
        (Rule("no_json"), Outcome.UNKNOWN, 1),
        (Rule("truncated"), Outcome.UNKNOWN, 1),
        (Rule("accept_later", seconds=60), Outcome.ACCEPTED, 0),
    ],
    ids=lambda value: f"{value.action}-{value.status}" if isinstance(value, Rule) else None,
)
def test_each_misbehaviour_has_its_ending(target: Target, rule: Rule, outcome: Outcome, done: int) -> None:
    target.program(rule)

    (first,) = connect().push([item()])
    at_once = effects(target)
    (second,) = connect().push([item(number=2)])

    assert (first.outcome, at_once) == (outcome, done)
    assert second.outcome is Outcome.APPLIED


def test_a_throttled_call_says_for_how_long(target: Target) -> None:
    target.program(Rule("throttle", seconds=3_600))

    (result,) = connect().push([item()])

    assert result.retry_after == 3_600


def test_a_key_is_answered_again_and_never_with_another_request(target: Target) -> None:
    target.program(Rule("lose_reply"))
    lost, connector = item(), connect("K")

    connector.push([lost])
    (again,) = connector.push([lost])
    (other,) = connector.push([PushItem(lost.push_id, "BP-9", 1, "party", "party", Op.UPSERT, {"name": "Other"})])

    assert (again.outcome, again.created, effects(target)) == (Outcome.APPLIED, True, 1)
    assert (other.outcome, other.code) == (Outcome.REJECTED, "key_reused")


def test_a_target_that_offers_nothing_doubles_what_is_sent_twice(target: Target) -> None:
    connector = connect("N")

    connector.push([item()])
    connector.push([item()])

    assert len(target.store.rows("SELECT 1 FROM record")) == 2
    assert connector.resolve(item()).outcome is Outcome.UNKNOWN


def test_a_call_that_is_still_at_work_there_is_found_after_the_quiet_period(target: Target) -> None:
    """Whoever looks at once sees nothing, writes again, and makes a double."""
    target.program(Rule("slow", seconds=0.5))
    connector, zombie = connect("P"), item()

    (first,) = connector.push([zombie])
    too_early = connector.resolve(zombie)
    time.sleep(0.6)
    after_quiet = connector.resolve(zombie)

    assert (first.outcome, too_early.outcome) == (Outcome.UNKNOWN, Outcome.RETRY)
    assert (after_quiet.outcome, effects(target)) == (Outcome.APPLIED, 1)


def test_an_unknown_write_is_told_apart_from_another_version(target: Target) -> None:
    connector = connect("P")
    (made,) = connector.push([item()])

    found = connector.resolve(item(number=2))

    assert (found.outcome, found.code, found.target_key) == (Outcome.RETRY, "other_version_there", made.target_key)


def test_every_field_the_target_refuses_is_named_at_once(target: Target) -> None:
    fields = [{"name": "name", "required": True, "length": 5}, {"name": "kind", "enum": ["a", "b"]}]
    act(target, "setting", name="schema:party", value={"fields": fields, "open": False})

    schema = connect().describe("party")
    (result,) = connect().push([item(payload={"name": "Too long", "kind": "c"})])

    assert [(field.name, field.required, field.length, field.enum) for field in schema.fields] == [
        ("name", True, 5, ()),
        ("kind", False, None, ("a", "b")),
    ]
    assert result.outcome is Outcome.REJECTED
    assert result.field_errors == (
        FieldError("name", "It is longer than 5 characters."),
        FieldError("kind", "It must be one of a, b."),
    )


def test_each_item_of_a_batch_has_its_own_ending_in_its_place(target: Target) -> None:
    act(target, "setting", name="schema:party", value={"fields": [{"name": "name", "length": 10}], "open": True})
    connector = connect(batch_max="3")
    items = [item("BP-1"), item("BP-2", payload={"name": "much too long"}), item("BP-3")]

    answers = connector.push(items)

    assert [answer.push_id for answer in answers] == [each.push_id for each in items]
    assert [answer.outcome for answer in answers] == [Outcome.APPLIED, Outcome.REJECTED, Outcome.APPLIED]
    assert connector.capabilities["party"].batch_max == 3
    assert effects(target) == 2


def test_a_batch_whose_answer_is_lost_is_unknown_for_each(target: Target) -> None:
    target.program(Rule("lose_reply"))
    items = [item("BP-1"), item("BP-2")]

    answers = connect(batch_max="3").push(items)

    assert {answer.outcome for answer in answers} == {Outcome.UNKNOWN}
    assert {connect().resolve(each).outcome for each in items} == {Outcome.APPLIED}


def test_states_and_merges_are_done_and_may_be_repeated(target: Target) -> None:
    connector = connect()
    (survivor,) = connector.push([item("BP-1")])
    (loser,) = connector.push([item("BP-2")])
    merged = (MergedRecord("BP-2", loser.target_key),)

    (blocked,) = connector.push([item("BP-2", op=Op.BLOCK, payload={})])
    merging = item("BP-1", op=Op.MERGE, payload={}, target_key=survivor.target_key, merged=merged)
    done = [connector.push([merging])[0].outcome for _ in range(2)]
    found = connector.find("party", {"BP-2": loser.target_key})["BP-2"]

    assert blocked.outcome is Outcome.APPLIED
    assert target.store.rows("SELECT blocked, active FROM record WHERE reference = 'BP-2'") == [(1, 0)]
    assert done == [Outcome.APPLIED, Outcome.APPLIED]
    assert (found.target_key, found.redirected_from) == (survivor.target_key, loser.target_key)


def test_changes_made_there_are_told_after_the_cursor(target: Target) -> None:
    connector = connect()
    start = connector.changes("party", None).cursor
    (made,) = connector.push([item("BP-1")])
    connector.push([item("BP-2")])
    act(target, "edit", reference="BP-1", fields={"phone": "1"})
    act(target, "delete", reference="BP-2")

    page = connector.changes("party", start)

    assert [(change.kind, change.golden_id) for change in page.changes] == [
        (ChangeKind.CHANGED, "BP-1"),
        (ChangeKind.DELETED, "BP-2"),
    ]
    assert page.changes[0].target_key == made.target_key
    assert page.changes[0].snapshot is not None and page.changes[0].snapshot.fields["phone"] == "1"
    assert connector.changes("party", page.cursor).changes == ()


def test_a_cursor_that_is_too_old_asks_for_a_scan(target: Target) -> None:
    act(target, "setting", name="forgotten_changes", value=5)

    with pytest.raises(CursorExpired) as refused:
        connect().changes("party", "1")

    assert refused.value.classified.code == "cursor_expired"


def test_a_scan_tells_every_record_once(target: Target) -> None:
    connector = connect()
    for number in range(230):
        connector.push([item(f"BP-{number}")])

    first = connector.scan("party", None)
    second = connector.scan("party", first.next_page)
    third = connector.scan("party", second.next_page)

    seen = [snapshot.golden_id for page in (first, second, third) for snapshot in page.snapshots]
    assert seen == [f"BP-{number}" for number in range(230)]
    assert third.next_page is None


def test_what_is_accepted_is_confirmed_when_it_has_happened(target: Target) -> None:
    target.program(Rule("accept_later", seconds=0.2))
    connector, waiting = connect(async_confirm="1"), item()

    (accepted,) = connector.push([waiting])
    not_yet = connector.confirm(waiting)
    time.sleep(0.4)

    assert (accepted.outcome, not_yet.outcome) == (Outcome.ACCEPTED, Outcome.ACCEPTED)
    assert connector.confirm(waiting).outcome is Outcome.APPLIED


def test_a_target_that_cannot_be_read_says_so() -> None:
    with pytest.raises(ConnectorError):
        connect("N").find("party", {"BP-1": None})


def test_what_a_killed_target_did_can_still_be_counted(tmp_path: Path) -> None:
    with memory_server(tmp_path / "target.sqlite") as target:
        settings = ConnectionSettings("memory", target.url, allow_private=True)
        registry.build("memory", settings).push([item()])
        target.process.kill()
        target.process.join(10)

        assert target.records("BP-000001") == 1
        assert target.versions("BP-000001") == [1]
        assert target.busiest(1.0) == 1


def test_the_target_is_a_program_that_says_where_it_listens() -> None:
    command = [sys.executable, "-m", "sync.connectors.memory.server"]
    with subprocess.Popen(command, cwd=BASE_DIR, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline().removeprefix("listening on "))
        found = registry.build("memory", ConnectionSettings("memory", f"http://127.0.0.1:{port}", allow_private=True))
        working = found.check().ok
        process.kill()

    assert working and not found.check().ok


def test_a_connection_that_cannot_work_says_so_without_raising() -> None:
    down = registry.build("memory", ConnectionSettings("memory", "http://127.0.0.1:1", allow_private=True))

    assert connect().check().ok
    assert not down.check().ok
