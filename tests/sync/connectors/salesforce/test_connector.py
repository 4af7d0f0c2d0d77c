"""Salesforce: collections, tokens, quota, refusals, changes; against the stand-in."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3

from sync.connectors.errors import ConnectorError
from sync.connectors.interface import ChangeKind, Op, Outcome, PushItem, PushResult, ThrottleScope
from tests.tools.salesforce_stand_in import StandIn, salesforce_stand_in


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with salesforce_stand_in(Path(tmp_path_factory.mktemp("org")) / "org.sqlite") as org:
        yield org


@pytest.fixture
def org(running: StandIn) -> StandIn:
    running.act("setting", name="daily_calls", value=100_000)
    return running


def _item(number: int, *, object: str = "Account", op: Op = Op.UPSERT, **payload: Any) -> PushItem:
    given = payload or {"Name": f"Nordwind {number}"}
    return PushItem(uuid.uuid4(), f"BP-{uuid.uuid4().int % 10**8:08d}", 1, "party", object, op, given)


def test_many_new_records_go_in_one_call_and_each_has_its_own_ending(org: StandIn) -> None:
    items = [_item(number) for number in range(20)]
    items[7] = _item(7, Name="Wrong", Type="Spaceship")

    endings = org.connector().push(items)

    outcomes = [ending.outcome for ending in endings]
    assert outcomes[7] is Outcome.REJECTED and outcomes.count(Outcome.APPLIED) == 19
    assert endings[7].field_errors[0].target_field == "Type"
    assert len({ending.target_key for ending in endings if ending.target_key}) == 19
    assert org.records(items[7].golden_id) == 0


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"Name": "x" * 256}, "STRING_TOO_LONG"),
        ({"Phone": "1"}, "REQUIRED_FIELD_MISSING"),
        ({"Name": "A", "Colour__c": "red"}, "INVALID_FIELD"),
    ],
)
def test_what_the_org_refuses_names_the_field(org: StandIn, payload: dict[str, Any], code: str) -> None:
    item = _item(1, **payload)

    (ending,) = org.connector().push([item])

    assert (ending.outcome, ending.code) == (Outcome.REJECTED, code)
    assert ending.field_errors and ending.message
    assert org.records(item.golden_id) == 0


def test_an_ended_token_is_renewed_once_by_many_threads(org: StandIn) -> None:
    connector = org.connector()
    connector.check()
    org.act("forget-tokens")
    endings: list[PushResult] = []

    def push() -> None:
        endings.extend(connector.push([_item(1)]))

    threads = [threading.Thread(target=push) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert [ending.outcome for ending in endings] == [Outcome.APPLIED] * 6


def test_a_wrong_secret_is_a_matter_of_set_up_and_appears_nowhere(org: StandIn) -> None:
    connector = org.connector(client_id="somebody else")

    (ending,) = connector.push([_item(1)])

    assert (ending.outcome, ending.code) == (Outcome.CONFIG, "sign_in")
    assert "salesforce-secret" not in ending.request + ending.response


def test_a_used_up_quota_pauses_the_day_and_not_the_record(org: StandIn) -> None:
    org.act("setting", name="daily_calls", value=0)

    (ending,) = org.connector().push([_item(1)])

    assert (ending.outcome, ending.throttle_scope) == (Outcome.THROTTLED, ThrottleScope.DAY)
    assert ending.code == "REQUEST_LIMIT_EXCEEDED"


def test_our_share_of_the_quota_is_kept(org: StandIn) -> None:
    org.act("setting", name="daily_calls", value=1_000)
    connector = org.connector(quota_share="0.1")
    connector.push([_item(1)])

    (ending,) = connector.push([_item(2)])

    assert (ending.outcome, ending.code) == (Outcome.THROTTLED, "quota_share")


def test_changes_tell_edits_merges_and_deletions_in_order(org: StandIn) -> None:
    connector = org.connector()
    made = [connector.push([_item(number)])[0].target_key for number in range(3)]
    start = connector.changes("Account", None).cursor
    org.act("edit", id=made[0], fields={"BillingCity": "Kiel"})
    org.act("merge", id=made[1], into=made[0])
    org.act("delete", id=made[2])

    page = connector.changes("Account", start)

    kinds = [(change.target_key, change.kind) for change in page.changes]
    assert kinds == [
        (made[0], ChangeKind.CHANGED),
        (made[1], ChangeKind.MERGED),
        (made[2], ChangeKind.DELETED),
    ]
    assert page.changes[1].survivor_key == made[0]
    assert connector.changes("Account", page.cursor).changes == ()


def test_a_blocked_record_says_so_and_a_retired_one_is_no_longer_active(org: StandIn) -> None:
    connector = org.connector()
    made = _item(1)
    key = connector.push([made])[0].target_key
    for op in (Op.BLOCK, Op.RETIRE):
        item = PushItem(uuid.uuid4(), made.golden_id, 2, "party", "Account", op, made.payload, target_key=key)
        assert connector.push([item])[0].outcome is Outcome.APPLIED

    found = connector.find("Account", {made.golden_id: key})[made.golden_id]

    assert not found.active
    assert org.held(str(key))["MDM_Status__c"] == "Retired"


def test_a_person_goes_to_contacts_with_a_last_name(org: StandIn) -> None:
    item = _item(1, object="Contact", FirstName="Chiara", LastName="Esposito", Email="chiara@example.org")

    (ending,) = org.connector().push([item])

    assert ending.outcome is Outcome.APPLIED and str(ending.target_key).startswith("003")
    assert org.records(item.golden_id, "Contact") == 1


def test_a_scan_passes_every_living_record_once(org: StandIn) -> None:
    connector = org.connector(patience=60)
    for count in (200, 30):
        made = connector.push([_item(number, object="Product2", Name=f"P {number}") for number in range(count)])
        assert {ending.outcome for ending in made} == {Outcome.APPLIED}
    seen, page = [], None
    while True:
        got = connector.scan("Product2", page)
        seen += [snapshot.target_key for snapshot in got.snapshots]
        page = got.next_page
        if page is None:
            break

    assert len(seen) == len(set(seen)) == 230


def test_the_schema_tells_lengths_picklists_and_what_must_be_there(org: StandIn) -> None:
    fields = {field.name: field for field in org.connector().describe("Account").fields}

    assert fields["Name"].required and fields["Name"].length == 255
    assert "Vendor" in fields["Type"].enum
    assert fields["SystemModstamp"].read_only


def test_a_query_that_the_org_does_not_understand_is_an_error_not_an_empty_answer(org: StandIn) -> None:
    with pytest.raises(ConnectorError) as refused:
        org.connector().find("Spaceship", {"BP-000001": None})

    assert refused.value.classified.outcome in (Outcome.CONFIG, Outcome.CONFLICT, Outcome.REJECTED)


def test_every_page_of_the_stand_in_says_what_it_is(org: StandIn) -> None:
    item = _item(1, Name="<script>alert(1)</script>")
    key = org.connector().push([item])[0].target_key

    pages = [
        urllib3.request("GET", f"http://127.0.0.1:{org.port}{path}").data.decode()
        for path in ("/", "/Contact", f"/lightning/r/Account/{key}/view", f"/Account?q={item.golden_id}")
    ]

    assert all("Stand-in for Salesforce" in page and "no Salesforce" in page for page in pages)
    assert item.golden_id in pages[3] and "<script>alert" not in "".join(pages)
