"""Nobody takes the stand-in for Salesforce, nor Salesforce for the stand-in."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3

from sync.connectors import registry
from sync.connectors.interface import Op, Outcome, PushItem
from tests.tools.salesforce_stand_in import StandIn, salesforce_stand_in
from tests.tools.web_server import Reply, serving


@pytest.fixture(scope="module")
def org(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with salesforce_stand_in(Path(tmp_path_factory.mktemp("org")) / "org.sqlite") as running:
        yield running


def _item(**payload: Any) -> PushItem:
    return PushItem(uuid.uuid4(), f"BP-{uuid.uuid4().int % 10**8:08d}", 1, "party", "Account", Op.UPSERT, payload)


def test_the_stand_in_is_never_taken_for_salesforce(org: StandIn) -> None:
    connector = org.connector(kind="salesforce")

    (ending,) = connector.push([_item(Name="Nordwind")])

    assert (ending.outcome, ending.code) == (Outcome.CONFIG, "not_who_it_should_be")
    assert "stand-in" in ending.message
    assert not connector.check().ok


def test_salesforce_is_never_taken_for_the_stand_in(org: StandIn) -> None:
    token = Reply(body=b'{"access_token": "t"}', headers={"Content-Type": "application/json"})
    with serving(lambda asked: token) as salesforce:
        (ending,) = org.connector(salesforce.server_port).push([_item(Name="Nordwind")])

    assert (ending.outcome, ending.code) == (Outcome.CONFIG, "not_who_it_should_be")
    assert len(salesforce.asked) == 1


def test_it_says_what_it_is_wherever_it_appears(org: StandIn) -> None:
    kinds = {kind.name: kind for kind in registry.kinds()}
    made = org.connector().push([_item(Name="Nordwind")])[0].target_key
    answer = urllib3.request("GET", f"http://127.0.0.1:{org.port}/{made}")

    assert kinds["salesforce_stand_in"].label == "Stand-in for Salesforce"
    assert "no Salesforce" in kinds["salesforce_stand_in"].labelled_as
    assert kinds["salesforce"].labelled_as == ""
    assert answer.headers["X-Stand-In"] == "Stand-in for Salesforce"
    assert "Nordwind" in answer.data.decode() and "Stand-in for Salesforce" in answer.data.decode()
