"""The Salesforce connector passes the frozen checks against its stand-in."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from sync.connectors.interface import Connector, PushItem
from sync.connectors.salesforce.stand_in.controls import BREAKS
from tests.contracts.connector_conformance import ConnectorConformance, Harness
from tests.tools.salesforce_stand_in import CLIENT_SECRET, StandIn, salesforce_stand_in


class SalesforceHarness:
    domain = "party"
    object = "Account"
    secrets: tuple[str, ...] = (CLIENT_SECRET,)
    cannot: Mapping[str, str] = {}

    def __init__(self, org: StandIn) -> None:
        self.org = org
        self.port = org.port

    def connector(self, port: int) -> Connector:
        return self.org.connector(port)

    def document(self, number: int) -> dict[str, Any]:
        return {"Name": f"Nordwind {number}", "BillingCity": f"Kiel {number}", "BillingCountry": "Germany", "Phone": ""}

    def records(self, golden_id: str) -> int:
        return self.org.records(golden_id)

    def held(self, target_key: str) -> Mapping[str, Any]:
        return self.org.held(target_key)

    def writes(self) -> int:
        return int(self.org.rows("SELECT count(*) FROM effect")[0][0])

    def edit(self, target_key: str) -> None:
        self.org.act("edit", id=target_key, fields={"BillingCity": "Changed there"})

    def foreign(self) -> str:
        return str(self.org.act("create", fields={"Name": "Made there"})["id"])

    def merge(self, loser_key: str, survivor_key: str) -> None:
        self.org.act("merge", id=loser_key, into=survivor_key)

    def provoke_500(self, item: PushItem) -> PushItem:
        return dataclasses.replace(item, payload={**item.payload, "Name": BREAKS})

    def provoke_error_in_200(self, item: PushItem) -> PushItem:
        return dataclasses.replace(item, payload={**item.payload, "Type": "Spaceship"})


class TestSalesforce(ConnectorConformance):
    @pytest.fixture
    def harness(self, tmp_path: Path) -> Iterator[Harness]:
        with salesforce_stand_in(tmp_path / "org.sqlite") as org:
            yield SalesforceHarness(org)
