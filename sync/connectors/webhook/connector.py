"""The webhook connector: signed events to any endpoint that says 2xx. It cannot be read; its answer is the receipt."""

from __future__ import annotations

import time
from typing import Any, Final

from sync.connectors import results
from sync.connectors.base import BaseConnector
from sync.connectors.errors import BadSettings
from sync.connectors.http import CallFailed, HttpClient, Response
from sync.connectors.interface import (
    Capabilities,
    Classified,
    ConnectorClass,
    HealthCheck,
    HealthReport,
    Outcome,
    PushItem,
    PushResult,
    ThrottleScope,
)
from sync.connectors.settings import ConnectionSettings
from sync.connectors.webhook import signature
from sync.connectors.webhook.event import CONTENT_TYPE, event

OBJECTS: Final = ("party", "material", "gl_account")
BUSY: Final = (429, 502, 503, 504)
NO_ENDPOINT: Final = (404, 405)


class WebhookConnector(BaseConnector):
    """Raises: BadSettings when a secret is none."""

    def __init__(self, settings: ConnectionSettings) -> None:
        self._client = HttpClient(settings)
        self._secrets = settings.secrets
        self._source = str(settings.options.get("source") or "/touchstone")
        self._hub_url = str(settings.options.get("hub_url") or "")
        for name in ("secret", "previous_secret"):
            _check_secret(name, settings.secrets.get(name, ""))
        connector_class = ConnectorClass(settings.options.get("class") or "K")
        self.capabilities = dict.fromkeys(
            OBJECTS,
            Capabilities(
                connector_class,
                readable=False,
                merge=True,
                block=True,
                call_timeout=settings.timeouts.total,
            ),
        )

    def check(self) -> HealthReport:
        """Whether the endpoint answers at all; what it thinks of an event only an event can tell."""
        try:
            answer = self._client.send("HEAD")
        except CallFailed as error:
            found = error.classified
            return HealthReport((HealthCheck("reachable", False, found.message, "Look at the address."),))
        gone = HealthCheck("wanted", answer.status != 410, "" if answer.status != 410 else "It says it is gone.")
        return HealthReport((HealthCheck("reachable", True), gone))

    def classify(self, answer: Any) -> Classified:
        by_status = super().classify(answer)
        if not isinstance(answer, Response):
            return by_status
        code, status = by_status.code, answer.status
        if status == 410:
            return Classified(
                Outcome.CONFIG, "gone", "The endpoint wants no more events. Switch it off, or correct it."
            )
        if status in NO_ENDPOINT:
            return Classified(Outcome.CONFIG, code, "There is no endpoint at this address.")
        if status in BUSY:
            wait = by_status.retry_after
            return Classified(Outcome.THROTTLED, code, by_status.message, wait, ThrottleScope.CONNECTION)
        return by_status

    def write(self, item: PushItem) -> PushResult:
        body = event(item, source=self._source, hub_url=self._hub_url)
        answer = self._client.send("POST", headers=self._headers(item, body), body=body)
        found = self.classify(answer)
        if found.outcome is Outcome.APPLIED:
            return results.ended(item, Outcome.APPLIED, answer.exchange, target_key=item.target_key, code="receipt")
        return results.from_classified(item, found, answer.exchange)

    def _headers(self, item: PushItem, body: bytes) -> dict[str, str]:
        """The id is the same on every try; the time is this try's."""
        message_id, now = str(item.push_id), int(time.time())
        used = [self._secrets[name] for name in ("secret", "previous_secret") if self._secrets.get(name)]
        return {
            "Content-Type": CONTENT_TYPE,
            signature.ID: message_id,
            signature.TIMESTAMP: str(now),
            signature.SIGNATURE: signature.sign(used, message_id, now, body),
        }


def _check_secret(name: str, secret: str) -> None:
    if not secret:
        return
    try:
        signature.key_of(secret)
    except ValueError as error:
        remedy = "Give whsec_ and the base64 of 24 to 64 random bytes."
        raise BadSettings(str(error), field=name, remedy=remedy) from None
