"""The how-to about connectors, followed to the letter: the connector on the page is added, and passes the checks."""

from __future__ import annotations

import json
import re
import sys
import textwrap
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import sync.connectors
from sync.connectors import registry
from sync.connectors.errors import BadSettings
from sync.connectors.interface import Connector, PushItem
from sync.connectors.settings import ConnectionSettings, Secrets, Timeouts
from tests.contracts.connector_conformance import ConnectorConformance, Harness
from tests.tools.web_server import Asked, Reply, WebServer, serving

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "howto" / "add-a-connector.md").read_text(encoding="utf-8")
TOKEN = "ledger-token-0815"
NO_MERGE, NO_BODY, NO_ETAG = "it knows no merge", "it has no errors but its status", "it has no versions of a record"


class Ledger:
    """The counterpart: contacts by our identifier, and numbers of its own."""

    def __init__(self) -> None:
        self.contacts: dict[str, dict[str, Any]] = {}
        self.writes = 0
        self.failing: set[str] = set()
        self._lock = threading.Lock()

    def answer(self, asked: Asked) -> Reply:
        code = asked.path.rpartition("/")[2]
        if asked.headers.get("Authorization") != f"Bearer {TOKEN}":
            return Reply(401, b"{}")
        with self._lock:
            if asked.method == "GET":
                return _told(self.contacts.get(code)) if code != "contacts" else Reply(200, b"[]")
            if code in self.failing:
                return Reply(500, b'{"error": "it broke"}')
            self.writes += 1
            contact = self.contacts.setdefault(code, {"number": len(self.contacts) + 1, "fields": {}})
            contact["fields"] |= json.loads(asked.body)
            return _told(contact)


def _told(contact: dict[str, Any] | None) -> Reply:
    return Reply(200, json.dumps(contact).encode()) if contact else Reply(404, b"{}")


class LedgerHarness:
    domain = "party"
    object = "contact"

    def __init__(self, server: WebServer, ledger: Ledger) -> None:
        self.port = server.server_port
        self.ledger = ledger
        self.secrets: tuple[str, ...] = (TOKEN,)
        self.cannot: Mapping[str, str] = {"b": NO_MERGE, "d": NO_BODY, "e": NO_ETAG}

    def connector(self, port: int) -> Connector:
        return registry.build("ledger", settings(f"http://127.0.0.1:{port}", TOKEN))

    def document(self, number: int) -> dict[str, Any]:
        return {"name": f"Nordwind {number}", "phone": None}

    def records(self, golden_id: str) -> int:
        return int(golden_id in self.ledger.contacts)

    def held(self, target_key: str) -> Mapping[str, Any]:
        fields: Mapping[str, Any] = next(
            each["fields"] for each in self.ledger.contacts.values() if str(each["number"]) == target_key
        )
        return fields

    def writes(self) -> int:
        return self.ledger.writes

    def provoke_500(self, item: PushItem) -> PushItem:
        self.ledger.failing.add(item.golden_id)
        return item

    def edit(self, target_key: str) -> None:
        raise NotImplementedError(NO_ETAG)

    def foreign(self) -> str:
        raise NotImplementedError(NO_MERGE)

    def merge(self, loser_key: str, survivor_key: str) -> None:
        raise NotImplementedError(NO_MERGE)

    def provoke_error_in_200(self, item: PushItem) -> PushItem:
        raise NotImplementedError(NO_BODY)


def settings(url: str, token: str) -> ConnectionSettings:
    quick = Timeouts(connect=1, read=0.6, total=1.5)
    return ConnectionSettings("ledger", url, {}, Secrets({"token": token}), True, quick)


@pytest.fixture(autouse=True)
def _connector_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Steps 1 and 2, in a folder that is one of `sync.connectors` while the test lasts."""
    folder = tmp_path / "ledger"
    folder.mkdir()
    blocks = re.findall(r"^ *```python\n(.*?)^ *```", PAGE, re.DOTALL | re.MULTILINE)
    for name, block in zip(("__init__.py", "connector.py"), blocks, strict=True):
        (folder / name).write_text(textwrap.dedent(block), encoding="utf-8")
    monkeypatch.setattr(sync.connectors, "__path__", [*sync.connectors.__path__, str(tmp_path)])
    monkeypatch.setattr(registry, "_KINDS", dict(registry._KINDS))
    registry._discover.cache_clear()
    yield
    registry._discover.cache_clear()
    for module in [name for name in sys.modules if name.startswith("sync.connectors.ledger")]:
        del sys.modules[module]


def test_the_folder_is_all_it_takes() -> None:
    kind = registry.kind_of("ledger")

    assert kind in registry.kinds()
    assert (kind.label, kind.objects["party"]) == ("Ledger", ("contact",))
    with pytest.raises(BadSettings):
        registry.build("ledger", settings("https://ledger.example", ""))


def test_the_connection_is_checked_before_it_is_used() -> None:
    with serving(Ledger().answer) as server:
        right = registry.build("ledger", settings(server.url, TOKEN)).check()
        wrong = registry.build("ledger", settings(server.url, "another")).check()

    assert right.ok and not wrong.ok


def test_the_page_has_at_most_five_steps() -> None:
    assert 1 < len(re.findall(r"^\d+\. ", PAGE, flags=re.MULTILINE)) <= 5


class TestConnectorOfThePage(ConnectorConformance):
    @pytest.fixture
    def harness(self) -> Iterator[Harness]:
        ledger = Ledger()
        with serving(ledger.answer) as server:
            yield LedgerHarness(server, ledger)
