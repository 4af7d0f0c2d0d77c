"""The connector of the programmable target: one code for each connector class, over a network or within the process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sync.connectors import results
from sync.connectors.base import BaseConnector, not_readable
from sync.connectors.errors import ConnectorError, CursorExpired
from sync.connectors.http import CallFailed, Exchange, HttpClient, Response
from sync.connectors.interface import (
    ChangePage,
    Classified,
    ConnectorClass,
    HealthCheck,
    HealthReport,
    Op,
    Outcome,
    PushItem,
    PushResult,
    ScanPage,
    Snapshot,
    TargetField,
    TargetSchema,
)
from sync.connectors.memory import translate
from sync.connectors.memory.local import SCHEME, LocalClient, Sender
from sync.connectors.settings import ConnectionSettings

OBJECTS: Final = ("party", "material", "account")
PUSH_ID: Final = "X-Push-Id"


class MemoryConnector(BaseConnector):
    def __init__(self, settings: ConnectionSettings) -> None:
        in_process = settings.base_url.startswith(SCHEME)
        self._client: Sender = LocalClient(settings) if in_process else HttpClient(settings)
        self._class = ConnectorClass(settings.options.get("class") or "U")
        own = str(settings.options.get("objects") or "").split()
        self.capabilities = dict.fromkeys(own or OBJECTS, translate.capabilities(self._class, settings))

    def check(self) -> HealthReport:
        try:
            answer = self._read("health")
        except ConnectorError as error:
            return HealthReport((HealthCheck("reachable", False, error.classified.message, "Start the target."),))
        return HealthReport((HealthCheck("reachable", True),), version=str(answer["version"]))

    def describe(self, object: str) -> TargetSchema:
        told = self._read(f"schema/{object}")
        fields = tuple(
            TargetField(
                name=each["name"],
                required=bool(each.get("required")),
                length=each.get("length"),
                enum=tuple(each.get("enum", ())),
            )
            for each in told["fields"]
        )
        return TargetSchema(object, fields, open=bool(told.get("open", True)))

    def find(self, object: str, wanted: Mapping[str, str | None]) -> dict[str, Snapshot]:
        if not self.capabilities[object].readable:
            raise not_readable()
        by_reference = self._class in (ConnectorClass.U, ConnectorClass.P)
        query = {"keys": ",".join(key for key in wanted.values() if key)}
        if by_reference:
            query["references"] = ",".join(code for code, key in wanted.items() if not key)
        told = self._read(f"records/{object}", {name: value for name, value in query.items() if value} or {"keys": "0"})
        known = {record["key"]: record for record in told["records"]}
        by_code = {record["reference"]: record["key"] for record in reversed(told["records"])}
        keys = {code: key or (by_code.get(code) if by_reference else None) for code, key in wanted.items()}
        return {code: translate.followed(key, known) for code, key in keys.items() if key and key in known}

    def push(self, items: Sequence[PushItem]) -> Sequence[PushResult]:
        if len(items) > 1:
            return self._push_batch(items)
        return super().push(items)

    def changes(self, object: str, cursor: str | None) -> ChangePage:
        try:
            told = self._read(f"changes/{object}", {"after": cursor} if cursor is not None else {})
        except ConnectorError as error:
            if error.classified.code == "cursor_expired":
                raise CursorExpired(error.classified) from None
            raise
        return ChangePage(tuple(translate.change(record) for record in told["changes"]), told["cursor"], told["more"])

    def scan(self, object: str, page: str | None) -> ScanPage:
        told = self._read(f"records/{object}", {"after": page or "0"})
        return ScanPage(tuple(translate.snapshot(record) for record in told["records"]), told["next"])

    def classify(self, answer: Any) -> Classified:
        if not isinstance(answer, Response):
            return super().classify(answer)
        told = answer.json() if answer.body.startswith(b"{") else {}
        error = told.get("error")
        if error is None:
            return Classified(Outcome.ACCEPTED) if answer.status == 202 else answer.classified()
        return translate.by_error(error, answer)

    def write(self, item: PushItem) -> PushResult:
        return self._ending(item, self._write(item))

    def _write(self, item: PushItem) -> Response:
        headers = {PUSH_ID: str(item.push_id)}
        if item.op is Op.MERGE:
            losers = [each.target_key for each in item.merged if each.target_key]
            return self._client.send(
                "POST", f"merge/{item.object}/{item.target_key}", headers=headers, json={"losers": losers}
            )
        if item.base_etag:
            headers["If-Match"] = item.base_etag
        body = translate.document(item)
        if self._class is ConnectorClass.U:
            return self._client.send("PUT", f"records/{item.object}/{item.golden_id}", headers=headers, json=body)
        if self._class is ConnectorClass.K:
            headers["Idempotency-Key"] = str(item.push_id)
        key = item.target_key or self._searched(item)
        if key:
            return self._client.send("PATCH", f"records/{item.object}/{key}", headers=headers, json=body)
        return self._client.send("POST", f"records/{item.object}", headers=headers, json=body)

    def _searched(self, item: PushItem) -> str | None:
        """Class P keeps no second record out: look before making one."""
        if self._class is not ConnectorClass.P:
            return None
        found = self.find(item.object, {item.golden_id: None}).get(item.golden_id)
        return found.target_key if found else None

    def _ending(self, item: PushItem, answer: Response) -> PushResult:
        found = self.classify(answer)
        told = answer.json() if found.outcome is not Outcome.ACCEPTED and answer.body.startswith(b"{") else {}
        if found.code == "merged":
            return self._after_merge(item, told["error"], answer.exchange)
        if found.outcome is Outcome.APPLIED:
            return translate.applied(item, answer.json(), answer.exchange)
        return results.from_classified(item, found, answer.exchange)

    def _after_merge(self, item: PushItem, error: Mapping[str, Any], exchange: Exchange) -> PushResult:
        """The target merged the record away. Into one that nobody owns: write there. Into another golden's: ask."""
        owner = error["survivor_reference"]
        if owner and owner != item.golden_id:
            return results.merged_there(item, error["survivor"], exchange)
        answer = self._client.send(
            "PATCH",
            f"records/{item.object}/{error['survivor']}",
            headers={PUSH_ID: str(item.push_id)},
            json=translate.document(item),
        )
        found = self.classify(answer)
        if found.outcome is not Outcome.APPLIED:
            return results.from_classified(item, found, answer.exchange)
        return translate.applied(item, answer.json(), answer.exchange, code=results.FOLLOWED_MERGE)

    def _push_batch(self, items: Sequence[PushItem]) -> Sequence[PushResult]:
        entries = [
            translate.document(item)
            | {"reference": item.golden_id, "etag": item.base_etag, "push_id": str(item.push_id)}
            for item in items
        ]
        try:
            answer = self._client.send("POST", f"batch/{items[0].object}", json={"items": entries})
            found = self.classify(answer)
            if found.outcome is not Outcome.APPLIED:
                return [results.from_classified(item, found, answer.exchange) for item in items]
            endings = answer.json()["items"]
        except CallFailed as error:
            return [results.failed(item, error) for item in items]
        return [self._of_batch(item, each, answer) for item, each in zip(items, endings, strict=True)]

    def _of_batch(self, item: PushItem, ending: Mapping[str, Any], answer: Response) -> PushResult:
        if "error" not in ending:
            return translate.applied(item, ending, answer.exchange)
        if ending["error"]["code"] == "merged":
            try:
                return self._after_merge(item, ending["error"], answer.exchange)
            except CallFailed as error:
                return results.failed(item, error)
        return results.from_classified(item, translate.by_error(ending["error"], answer), answer.exchange)

    def _read(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        answer = self._client.send("GET", path, query=query)
        found = self.classify(answer)
        if found.outcome is not Outcome.APPLIED:
            raise CallFailed(found, answer.exchange)
        return answer.json()


def _about(item: PushItem) -> dict[str, Any]:
    return {"etag": item.base_etag, "push_id": str(item.push_id)}
