"""The webhook connector: signed events to any endpoint that says 2xx. It cannot be read; its answer is the receipt."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sync.connectors import results
from sync.connectors.errors import BadSettings, ConnectorError
from sync.connectors.http import CallFailed, HttpClient, Response
from sync.connectors.interface import (
    Capabilities,
    ChangePage,
    Classified,
    ConnectorClass,
    HealthCheck,
    HealthReport,
    Outcome,
    PushItem,
    PushResult,
    ScanPage,
    Snapshot,
    TargetSchema,
    ThrottleScope,
)
from sync.connectors.settings import ConnectionSettings
from sync.connectors.webhook import signature
from sync.connectors.webhook.event import CONTENT_TYPE, event

OBJECTS: Final = ("party", "material", "gl_account")
BUSY: Final = (429, 502, 503, 504)
NO_ENDPOINT: Final = (404, 405)


class WebhookConnector:
    """Raises: BadSettings when a secret is none."""

    def __init__(self, settings: ConnectionSettings) -> None:
        self._client = HttpClient(settings)
        self._secrets = settings.secrets
        self._source = str(settings.options.get("source") or "/touchstone")
        self._hub_url = str(settings.options.get("hub_url") or "")
        for name in ("secret", "previous_secret"):
            _check_secret(name, settings.secrets.get(name, ""))
        self._class = ConnectorClass(settings.options.get("class") or "K")
        self.capabilities: Mapping[str, Capabilities] = dict.fromkeys(
            OBJECTS,
            Capabilities(
                self._class,
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

    def describe(self, object: str) -> TargetSchema:
        return TargetSchema(object, (), open=True)

    def push(self, items: Sequence[PushItem]) -> Sequence[PushResult]:
        return [self._push_one(item) for item in items]

    def resolve(self, item: PushItem) -> PushResult:
        """A receiver that drops what it has seen may be sent the same event again; of another nobody knows."""
        if self._class is ConnectorClass.K:
            what = "The receiver knows the event by its id: to send it again is safe."
            return results.ended(item, Outcome.RETRY, code="send_again", message=what)
        what = "The receiver cannot be asked. Somebody has to look whether it arrived."
        return results.ended(item, Outcome.UNKNOWN, code="cannot_tell", message=what)

    def confirm(self, item: PushItem) -> PushResult:
        return results.ended(item, Outcome.APPLIED, code="receipt", message="The receiver's 2xx is all there is.")

    def find(self, object: str, wanted: Mapping[str, str | None]) -> dict[str, Snapshot]:
        raise _not_readable()

    def changes(self, object: str, cursor: str | None) -> ChangePage:
        raise _not_readable()

    def scan(self, object: str, page: str | None) -> ScanPage:
        raise _not_readable()

    def classify(self, answer: Any) -> Classified:
        if isinstance(answer, ConnectorError):
            return answer.classified
        assert isinstance(answer, Response)
        by_status = answer.classified()
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

    def _push_one(self, item: PushItem) -> PushResult:
        if results.unchanged(item):
            return results.ended(item, Outcome.NOOP, target_key=item.target_key)
        body = event(item, source=self._source, hub_url=self._hub_url)
        try:
            answer = self._client.send("POST", headers=self._headers(item, body), body=body)
        except CallFailed as error:
            return results.failed(item, error)
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


def _not_readable() -> ConnectorError:
    return ConnectorError(Classified(Outcome.CONFIG, "not_readable", "A webhook cannot be read."))
