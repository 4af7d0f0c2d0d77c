"""The webhook connector passes those frozen checks that mean something where nothing can be read."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from sync.connectors import registry
from sync.connectors.interface import Connector, PushItem
from sync.connectors.settings import ConnectionSettings, Secrets, Timeouts
from sync.connectors.webhook.signature import new_secret
from tests.contracts.connector_conformance import ConnectorConformance, Harness
from tests.tools.web_server import Asked, Reply, WebServer, serving

NOT_READABLE = "a webhook cannot be read"
NO_BODY = "an endpoint has no errors but its status"


class Receiver:
    """An endpoint that drops what it has seen, as the how-to asks of receivers."""

    def __init__(self) -> None:
        self.seen: dict[str, dict[str, Any]] = {}
        self.failing: set[str] = set()
        self._lock = threading.Lock()

    def answer(self, asked: Asked) -> Reply:
        if asked.method != "POST":
            return Reply(405, b"")
        event = json.loads(asked.body)
        with self._lock:
            if event["subject"] in self.failing:
                return Reply(500, b'{"error": "it broke"}')
            self.seen.setdefault(asked.headers["Webhook-Id"], event)
        return Reply(204, b"")


class WebhookHarness:
    domain = "party"
    object = "party"

    def __init__(self, server: WebServer, receiver: Receiver) -> None:
        self.port = server.server_port
        self.receiver = receiver
        self.cannot: Mapping[str, str] = {"b": NOT_READABLE, "d": NO_BODY, "e": NOT_READABLE, "h": NOT_READABLE}
        secret = new_secret()
        self.secrets: tuple[str, ...] = (secret, secret.removeprefix("whsec_"))

    def connector(self, port: int) -> Connector:
        secrets, quick = Secrets({"secret": self.secrets[0]}), Timeouts(connect=1, read=0.6, total=1.5)
        url = f"http://127.0.0.1:{port}/hook"
        return registry.build("webhook", ConnectionSettings("webhook", url, {}, secrets, True, quick))

    def document(self, number: int) -> dict[str, Any]:
        return {"name": f"Nordwind {number}"}

    def records(self, golden_id: str) -> int:
        """Versions of the record that were taken; each message once."""
        taken = Counter(event["subject"] for event in self.receiver.seen.values())
        return taken[golden_id]

    def writes(self) -> int:
        return len(self.receiver.seen)

    def provoke_500(self, item: PushItem) -> PushItem:
        self.receiver.failing.add(item.golden_id)
        return item

    def held(self, target_key: str) -> Mapping[str, Any]:
        raise NotImplementedError(NOT_READABLE)

    def edit(self, target_key: str) -> None:
        raise NotImplementedError(NOT_READABLE)

    def foreign(self) -> str:
        raise NotImplementedError(NOT_READABLE)

    def merge(self, loser_key: str, survivor_key: str) -> None:
        raise NotImplementedError(NOT_READABLE)

    def provoke_error_in_200(self, item: PushItem) -> PushItem:
        raise NotImplementedError(NO_BODY)


class TestWebhook(ConnectorConformance):
    @pytest.fixture
    def harness(self) -> Iterator[Harness]:
        receiver = Receiver()
        with serving(receiver.answer) as server:
            yield WebhookHarness(server, receiver)
