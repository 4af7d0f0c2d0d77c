"""The connector: what is known there is read before it is written, what is new goes by external id and can't double."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sync.connectors import results
from sync.connectors.errors import ConnectorError
from sync.connectors.http import CallFailed
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
    TargetField,
    TargetSchema,
)
from sync.connectors.salesforce import reading
from sync.connectors.salesforce.refusals import classify
from sync.connectors.salesforce.session import Session
from sync.connectors.salesforce.writing import Writer
from sync.connectors.settings import ConnectionSettings

OBJECTS: Final = ("Account", "Contact", "Product2")
_TYPES: Final = {"boolean": "boolean", "int": "integer", "double": "decimal", "date": "date", "datetime": "datetime"}
_CAPABILITIES: Final = Capabilities(
    connector_class=ConnectorClass.U,
    native_upsert=True,
    etag=True,
    batch_max=200,
    delta="timestamp",
    deletes_in_delta=True,
    block=True,
    quiet_period=0.0,
)


class SalesforceConnector:
    def __init__(self, settings: ConnectionSettings) -> None:
        self._session = Session(settings)
        self._external_id = str(settings.options.get("external_id") or "MDM_Id__c")
        self._status_field = str(settings.options.get("status_field") or "MDM_Status__c")
        self._schemas: dict[str, TargetSchema] = {}
        self._lock = threading.Lock()
        self._writer = Writer(self._session, self._external_id, self._status_field)
        self.capabilities = dict.fromkeys(OBJECTS, _CAPABILITIES)

    def check(self) -> HealthReport:
        try:
            limits = self._read("limits")
            fields = {field.name for field in self.describe(OBJECTS[0]).fields}
        except ConnectorError as error:
            told = error.classified.message
            return HealthReport((HealthCheck("sign-in", False, told, "Check the address, key and secret."),))
        calls = limits["DailyApiRequests"]
        known = self._external_id in fields
        remedy = "" if known else f"Add the field {self._external_id} to Account: Text 64, external id, unique."
        return HealthReport(
            (HealthCheck("sign-in", True), HealthCheck("external id field", known, remedy=remedy)),
            limits={"calls_left_today": float(calls["Remaining"]), "calls_a_day": float(calls["Max"])},
        )

    def describe(self, object: str) -> TargetSchema:
        told = self._read(f"sobjects/{object}/describe")
        fields = tuple(
            TargetField(
                name=field["name"],
                type=_TYPES.get(field["type"], "text"),  # type: ignore[arg-type]
                required=bool(field["createable"] and not field["nillable"] and not field.get("defaultedOnCreate")),
                length=field["length"] or None,
                enum=tuple(each["value"] for each in field.get("picklistValues", ()) if each.get("active", True))
                if field.get("restrictedPicklist")
                else (),
                label=field.get("label", ""),
                read_only=not (field["createable"] or field["updateable"]),
            )
            for field in told["fields"]
        )
        schema = TargetSchema(object, fields)
        with self._lock:
            self._schemas[object] = schema
        return schema

    def find(self, object: str, wanted: Mapping[str, str | None]) -> dict[str, Snapshot]:
        """By the record's own id where it is known, else by ours; a merged one answers its survivor."""
        keys = sorted({key for key in wanted.values() if key})
        codes = sorted(code for code, key in wanted.items() if not key)
        rows: dict[str, Mapping[str, Any]] = {}
        for field, values in (("Id", keys), (self._external_id, codes)):
            for start in range(0, len(values), reading.PAGE):
                found = self._rows(object, reading.one_of(field, values[start : start + reading.PAGE]), deleted=True)
                rows |= {str(row["Id"]): row for row in found}
        by_code = self._by_code(rows.values())
        answer = {}
        for code, key in wanted.items():
            row = rows.get(key) if key else by_code.get(code)
            seen = self._followed(object, row) if row is not None else None
            if seen is not None:
                answer[code] = seen
        return answer

    def push(self, items: Sequence[PushItem]) -> Sequence[PushResult]:
        known = [item for item in items if item.target_key and not self._writer.is_confirmed(item)]
        try:
            there = self.find(items[0].object, {item.golden_id: item.target_key for item in known}) if known else {}
        except ConnectorError as error:
            return [results.failed(item, error) for item in items]
        return self._stamped(items[0].object, self._writer.write(items, there))

    def resolve(self, item: PushItem) -> PushResult:
        return results.resolve_by_reading(self, item)

    def confirm(self, item: PushItem) -> PushResult:
        return results.confirm_by_reading(self, item)

    def changes(self, object: str, cursor: str | None) -> ChangePage:
        if cursor is None:
            newest = self._rows(object, "", order="SystemModstamp DESC, Id DESC", limit=1, deleted=True)
            return ChangePage((), reading.cursor_of(newest) if newest else "1970-01-01T00:00:00.000+0000|")
        rows = self._rows(object, reading.after(cursor), order="SystemModstamp, Id", deleted=True)
        told = tuple(
            reading.change(row, external_id=self._external_id, status_field=self._status_field) for row in rows
        )
        return ChangePage(told, reading.cursor_of(rows) if rows else cursor, len(rows) == reading.PAGE)

    def scan(self, object: str, page: str | None) -> ScanPage:
        rows = self._rows(object, f"Id > {reading.quoted(page)}" if page else "")
        seen = tuple(self._snapshot(row) for row in rows)
        return ScanPage(seen, str(rows[-1]["Id"]) if len(rows) == reading.PAGE else None)

    def classify(self, answer: Any) -> Classified:
        return classify(answer)

    def _stamped(self, object: str, endings: list[PushResult]) -> list[PushResult]:
        """What was written gets the stamp it now has, for the next write to be compared with."""
        keys = sorted({each.target_key for each in endings if each.outcome is Outcome.APPLIED and each.target_key})
        if not keys:
            return endings
        try:
            rows = self._rows(object, reading.one_of("Id", keys))
        except ConnectorError:
            return endings  # written all the same; the next write then reads first
        stamps = {str(row["Id"]): str(row["SystemModstamp"]) for row in rows}
        return [
            replace(each, etag=stamps.get(each.target_key or "")) if each.outcome is Outcome.APPLIED else each
            for each in endings
        ]

    def _fields(self, object: str) -> list[str]:
        with self._lock:
            schema = self._schemas.get(object)
        schema = schema or self.describe(object)
        return [field.name for field in schema.fields if not field.read_only]

    def _rows(
        self, object: str, where: str, *, order: str = "Id", limit: int = reading.PAGE, deleted: bool = False
    ) -> list[Mapping[str, Any]]:
        soql = reading.select(object, self._fields(object), where, order, limit)
        told = self._read("queryAll" if deleted else "query", {"q": soql})
        rows = list(told["records"])
        while not told.get("done", True):
            answer = self._session.next_page(told["nextRecordsUrl"])
            told = answer.json()
            rows += told["records"]
        return rows

    def _by_code(self, rows: Any) -> dict[str, Mapping[str, Any]]:
        """A living record comes before a deleted one with the same id of ours."""
        found: dict[str, Mapping[str, Any]] = {}
        for row in sorted(rows, key=lambda row: (bool(row["IsDeleted"]), str(row["Id"]))):
            if code := row.get(self._external_id):
                found.setdefault(str(code), row)
        return found

    def _followed(self, object: str, row: Mapping[str, Any]) -> Snapshot | None:
        """The record, or the one that it was merged into; None where it is deleted."""
        first, seen = str(row["Id"]), {str(row["Id"])}
        while row["IsDeleted"]:
            master = row["MasterRecordId"]
            if not master or master in seen:
                return None
            seen.add(master)
            found = self._rows(object, reading.one_of("Id", [master]), deleted=True)
            if not found:
                return None
            row = found[0]
        return self._snapshot(row, redirected_from=first if str(row["Id"]) != first else None)

    def _snapshot(self, row: Mapping[str, Any], redirected_from: str | None = None) -> Snapshot:
        return reading.snapshot(
            row, external_id=self._external_id, status_field=self._status_field, redirected_from=redirected_from
        )

    def _read(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        answer = self._session.send("GET", path, query=query)
        found = classify(answer)
        if found.outcome is not Outcome.APPLIED:
            raise CallFailed(found, answer.exchange)
        return answer.json()
