"""The programmable target passes the frozen checks as each of the four classes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from sync.connectors import registry
from sync.connectors.interface import Connector, PushItem
from sync.connectors.settings import ConnectionSettings, Secrets, Timeouts
from tests.contracts.connector_conformance import ConnectorConformance, Harness
from tests.tools.memory_target import MemoryServer, memory_server

SECRET = "memory-secret-4711"
ONE_ROW = "only a lane keeps two workers from the same record: the target does not"
NOT_READABLE = "the target cannot be read"


class MemoryHarness:
    domain = "party"
    object = "party"
    secrets: tuple[str, ...] = (SECRET,)

    def __init__(self, target: MemoryServer, connector_class: str, cannot: Mapping[str, str]) -> None:
        self.target = target
        self.port = target.port
        self.connector_class = connector_class
        self.cannot = cannot

    def connector(self, port: int) -> Connector:
        settings = ConnectionSettings(
            "memory",
            f"http://127.0.0.1:{port}",
            options={"class": self.connector_class, "quiet_period": "0.1"},
            secrets=Secrets({"token": SECRET}),
            allow_private=True,
            timeouts=Timeouts(connect=1, read=0.6, total=1.5),
        )
        return registry.build("memory", settings)

    def document(self, number: int) -> dict[str, Any]:
        return {"name": f"Nordwind {number}", "addresses": [{"city": f"Kiel {number}"}], "vat": None, "limit": number}

    def records(self, golden_id: str) -> int:
        return self.target.records(golden_id)

    def held(self, target_key: str) -> Mapping[str, Any]:
        ((fields,),) = self.target.rows("SELECT fields FROM record WHERE key = ?", [target_key])
        found: Mapping[str, Any] = json.loads(fields)
        return found

    def writes(self) -> int:
        return self.target.effects()

    def edit(self, target_key: str) -> None:
        self.target.command("edit", object=self.object, key=target_key, fields={"name": "Changed there"})

    def foreign(self) -> str:
        made = self.target.command("create", object=self.object, fields={"name": "Made there"})
        return str(made["key"])

    def merge(self, loser_key: str, survivor_key: str) -> None:
        self.target.command("merge", object=self.object, key=loser_key, into=survivor_key)

    def provoke_500(self, item: PushItem) -> PushItem:
        self.target.program("status", reference=item.golden_id, status=500, times=0)
        return item

    def provoke_error_in_200(self, item: PushItem) -> PushItem:
        self.target.program("error_in_200", reference=item.golden_id, times=0)
        return item


class MemoryConformance(ConnectorConformance):
    connector_class: ClassVar[str]
    cannot: ClassVar[Mapping[str, str]] = {}

    @pytest.fixture
    def harness(self, tmp_path: Path) -> Iterator[Harness]:
        with memory_server(tmp_path / "target.sqlite") as target:
            yield MemoryHarness(target, self.connector_class, self.cannot)


class TestClassK(MemoryConformance):
    connector_class = "K"


class TestClassU(MemoryConformance):
    connector_class = "U"


class TestClassP(MemoryConformance):
    connector_class = "P"
    cannot = {"f": ONE_ROW}


class TestClassN(MemoryConformance):
    connector_class = "N"
    cannot = {"b": NOT_READABLE, "e": NOT_READABLE, "f": ONE_ROW, "h": NOT_READABLE}
