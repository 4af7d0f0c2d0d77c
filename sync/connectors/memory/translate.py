"""From the programmable target's words to ours, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sync.connectors import results
from sync.connectors.http import Exchange, Response
from sync.connectors.interface import (
    Capabilities,
    Change,
    ChangeKind,
    Classified,
    ConnectorClass,
    FieldError,
    Op,
    Outcome,
    PushItem,
    PushResult,
    Snapshot,
)
from sync.connectors.settings import ConnectionSettings

CODES: Final[Mapping[str, Outcome]] = {
    "missing_parent": Outcome.DEPENDENCY,
    "merged": Outcome.CONFLICT,
    "stale": Outcome.CONFLICT,
    "not_found": Outcome.CONFLICT,
    "key_reused": Outcome.REJECTED,
}
STATES: Final[Mapping[Op, Mapping[str, bool]]] = {
    Op.BLOCK: {"blocked": True},
    Op.UNBLOCK: {"blocked": False},
    Op.RETIRE: {"active": False},
}


def document(item: PushItem) -> dict[str, Any]:
    """What is sent for an item."""
    return {
        "fields": dict(item.payload),
        "reference": item.golden_id,
        "version": item.version,
        **STATES.get(item.op, {}),
    }


def capabilities(connector_class: ConnectorClass, settings: ConnectionSettings) -> Capabilities:
    """What a target of this class can do."""
    readable = connector_class is not ConnectorClass.N
    return Capabilities(
        connector_class,
        native_upsert=connector_class is ConnectorClass.U,
        client_key=connector_class is ConnectorClass.U,
        etag=readable,
        batch_max=int(settings.options.get("batch_max") or 1) if connector_class is ConnectorClass.U else 1,
        async_confirm=bool(settings.options.get("async_confirm")),
        delta="token" if readable else "none",
        deletes_in_delta=readable,
        readable=readable,
        merge=readable,
        block=readable,
        irreversible=frozenset({Op.MERGE}),
        quiet_period=float(settings.options.get("quiet_period") or 60.0),
        call_timeout=settings.timeouts.total,
    )


def by_error(error: Mapping[str, Any], answer: Response) -> Classified:
    code, message = str(error.get("code", "")), str(error.get("message", ""))
    faults = tuple(FieldError(each["field"], each["message"]) for each in error.get("fields", ()))
    by_status = answer.classified()
    certain = Outcome.REJECTED if by_status.outcome is Outcome.APPLIED else by_status.outcome
    return Classified(CODES.get(code, certain), code, message, by_status.retry_after, by_status.throttle_scope, faults)


def applied(item: PushItem, told: Mapping[str, Any], exchange: Exchange, code: str = "") -> PushResult:
    try:
        key, etag, created = told["key"], told["etag"], told["created"]
    except KeyError:
        what = "The answer says neither that it was done nor what went wrong."
        return results.ended(item, Outcome.UNKNOWN, exchange, code="unreadable_answer", message=what)
    outcome = Outcome.APPLIED if told.get("changed", True) else Outcome.NOOP
    return results.ended(item, outcome, exchange, target_key=key, etag=etag, created=created, code=code)


def snapshot(record: Mapping[str, Any], redirected_from: str | None = None) -> Snapshot:
    return Snapshot(
        target_key=record["key"],
        fields=record["fields"],
        etag=record["etag"],
        golden_id=record["reference"],
        active=record["active"],
        redirected_from=redirected_from,
    )


def followed(key: str, known: Mapping[str, Mapping[str, Any]]) -> Snapshot:
    record, came_from = known[key], None
    while record["merged_into"] in known and came_from != record["merged_into"]:
        came_from = came_from or key
        record = known[record["merged_into"]]
    return snapshot(record, came_from)


def change(record: Mapping[str, Any]) -> Change:
    key, code = record["key"], record["reference"]
    if record["deleted"]:
        return Change(ChangeKind.DELETED, key, code)
    if record["merged_into"]:
        return Change(ChangeKind.MERGED, key, code, snapshot(record), record["merged_into"])
    return Change(ChangeKind.CHANGED, key, code, snapshot(record))
