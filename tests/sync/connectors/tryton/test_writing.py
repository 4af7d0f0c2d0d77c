"""What is written to a real Tryton: what differs, and only what is ours."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest

from sync.connectors.interface import Connector, Op, Outcome, PushItem
from sync.connectors.results import STALE
from tests.contracts.connector_conformance import item_of
from tests.contracts.tryton_harness import TrytonHarness
from tests.sync.connectors.tryton.conftest import Push
from tests.tools.fault_proxy import LOST_REPLY, NONE, FaultProxy

KIEL = {"sequence": 9001, "street": "Hafenweg 1", "postal_code": "24101", "city": "Kiel", "country": "DE"}
PARIS = {"sequence": 9002, "street": "1 rue du Port", "postal_code": "75001", "city": "Paris", "country": "FR"}


def _addresses(harness: TrytonHarness, party: str | None) -> list[tuple[Any, ...]]:
    query = "SELECT id, city, active, sequence FROM party_address WHERE party = ? ORDER BY id"
    return harness.erp.rows(query, int(str(party)))


@pytest.mark.parametrize("calls_before", [1, 2, 3], ids=["at sign-in", "at the write", "at the look"])
def test_a_reply_lost_at_any_call_leaves_one_party(harness: TrytonHarness, calls_before: int) -> None:
    item = replace(item_of(harness, 1), payload={"name": "Nordwind"})
    with FaultProxy(harness.erp.port) as proxy:  # Tryton opens a connection for each call
        connector = harness.connector(proxy.port)
        for fault in [NONE] * (calls_before - 1) + [LOST_REPLY]:
            proxy.arm(fault)
        (lost,) = connector.push([item])
        resolved = connector.resolve(item) if lost.outcome is Outcome.UNKNOWN else lost
        (again,) = connector.push([item])

    assert lost.outcome is (Outcome.RETRY if calls_before == 1 else Outcome.UNKNOWN)
    assert resolved.outcome is (Outcome.RETRY if calls_before == 1 else Outcome.APPLIED)
    assert again.outcome is (Outcome.APPLIED if calls_before == 1 else Outcome.NOOP)
    assert harness.records(item.golden_id) == 1


def test_what_people_of_the_erp_added_is_never_touched(harness: TrytonHarness, made: PushItem, push: Push) -> None:
    theirs = {"party": int(str(made.target_key)), "city": "Theirs"}
    (address,) = harness.admin.call("model.party.address.create", [theirs])

    result = push(addresses=[], phones=[], emails=[], identifiers=[])

    after = {row[0]: row for row in _addresses(harness, made.target_key)}
    assert result.outcome is Outcome.APPLIED
    assert after[address][1:3] == ("Theirs", 1)
    assert [row[2] for row in after.values()] == [0, 1]
    assert harness.held(str(made.target_key))["addresses"] == []


def test_an_address_keeps_its_record_whatever_happens_to_the_others(
    harness: TrytonHarness, made: PushItem, push: Push
) -> None:
    push(addresses=[KIEL, PARIS])
    before = {row[3]: row[0] for row in _addresses(harness, made.target_key)}

    push(addresses=[PARIS | {"city": "Lyon"}])
    push(addresses=[KIEL, PARIS])

    rows = _addresses(harness, made.target_key)
    assert {row[3]: row[0] for row in rows} == before
    assert [row[1:3] for row in rows] == [("Kiel", 1), ("Paris", 1)]


def test_an_address_that_somebody_made_before_us_is_taken_over(harness: TrytonHarness, connector: Connector) -> None:
    values = {"name": "Born there", "addresses": [["create", [{"street": "Hafenweg 1", "city": "Kiel"}]]]}
    (party,) = harness.admin.call("model.party.party.create", [values])
    document = {"name": "Born there", "addresses": [{"sequence": 9001, "street": "Hafenweg 1", "city": "Kiel"}]}
    item = replace(item_of(harness, 1), target_key=str(party), payload=document)

    (result,) = connector.push([item])

    assert (result.outcome, result.target_key) == (Outcome.APPLIED, str(party))
    assert [row[1:] for row in _addresses(harness, str(party))] == [("Kiel", 1, 9001)]
    assert harness.records(item.golden_id) == 0


def test_an_edit_between_our_look_and_our_write_is_not_overwritten(
    harness: TrytonHarness, made: PushItem, push: Push
) -> None:
    harness.before_writing.append(lambda: harness.edit(str(made.target_key)))

    result = push(name="Nordwind anew", addresses=[KIEL | {"city": "Rendsburg"}])

    assert (result.outcome, result.code) == (Outcome.CONFLICT, STALE)
    assert harness.held(str(made.target_key))["addresses"][0]["city"] == "Changed there"
    assert harness.held(str(made.target_key))["name"] == "Nordwind 1"


def test_an_edit_of_what_is_not_ours_is_no_reason_to_stop(harness: TrytonHarness, made: PushItem, push: Push) -> None:
    party = int(str(made.target_key))
    harness.before_writing.append(
        lambda: harness.admin.call("model.party.party.write", [party], {"addresses": [["create", [{"city": "New"}]]]})
    )

    result = push(name="Nordwind anew")

    assert result.outcome is Outcome.APPLIED
    assert [row[1] for row in _addresses(harness, made.target_key)] == ["Kiel", "New"]
    assert harness.held(str(made.target_key))["name"] == "Nordwind anew"


def test_a_batch_gives_each_party_an_ending_of_its_own(harness: TrytonHarness, connector: Connector) -> None:
    good, bad, also_good = (item_of(harness, number) for number in (1, 2, 3))
    bad = replace(bad, payload={**bad.payload, "identifiers": [{"type": "eu_vat", "code": "DE1"}]})

    results = connector.push([good, bad, also_good])
    again = connector.push([good, also_good])

    assert [result.outcome for result in results] == [Outcome.APPLIED, Outcome.REJECTED, Outcome.APPLIED]
    assert [result.outcome for result in again] == [Outcome.NOOP, Outcome.NOOP]
    assert [harness.records(each.golden_id) for each in (good, bad, also_good)] == [1, 0, 1]


def test_a_blocked_party_is_inactive_and_comes_back_with_what_changed_meanwhile(
    harness: TrytonHarness, made: PushItem, push: Push
) -> None:
    blocked = push(Op.BLOCK)
    twice = push(Op.BLOCK)
    meanwhile = push(name="Nordwind anew")
    unblocked = push(Op.UNBLOCK, name="Nordwind anew")

    ((name, active),) = harness.erp.rows("SELECT name, active FROM party_party WHERE id = ?", int(str(made.target_key)))
    assert [each.outcome for each in (blocked, twice, unblocked)] == [Outcome.APPLIED, Outcome.NOOP, Outcome.APPLIED]
    assert (meanwhile.outcome, meanwhile.code) == (Outcome.REJECTED, "inactive_there")
    assert (name, active) == ("Nordwind anew", 1)


def test_a_document_may_say_itself_whether_the_party_is_active(harness: TrytonHarness, connector: Connector) -> None:
    item = item_of(harness, 1)
    off = replace(item, payload={**item.payload, "active": False})

    (made,) = connector.push([off])
    (on,) = connector.push([replace(item, payload={**item.payload, "active": True, "name": "Nordwind anew"})])

    assert [made.outcome, on.outcome] == [Outcome.APPLIED, Outcome.APPLIED]
    assert harness.erp.rows("SELECT name, active FROM party_party WHERE code = ?", item.golden_id) == [
        ("Nordwind anew", 1)
    ]


def test_to_retire_what_was_never_there_makes_nothing(harness: TrytonHarness, connector: Connector) -> None:
    item = replace(item_of(harness, 1), op=Op.RETIRE, payload={})

    (result,) = connector.push([item])

    assert (result.outcome, result.code) == (Outcome.NOOP, "not_there")
    assert harness.records(item.golden_id) == 0


def test_what_somebody_deleted_there_is_not_made_again_silently(
    harness: TrytonHarness, connector: Connector, made: PushItem
) -> None:
    harness.admin.call("model.party.party.delete", [int(str(made.target_key))])

    (result,) = connector.push([replace(made, push_id=uuid.uuid4())])

    assert (result.outcome, result.code) == (Outcome.CONFLICT, "deleted_there")
    assert harness.records(made.golden_id) == 0


def test_a_merge_of_two_is_left_to_tryton(connector: Connector, made: PushItem) -> None:
    (result,) = connector.push([replace(made, op=Op.MERGE)])

    assert (result.outcome, result.code) == (Outcome.CONFIG, "no_merge")
    assert not connector.capabilities["party.party"].merge
