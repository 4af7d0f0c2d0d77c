"""What the programmable target does when it is told to write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sync.connectors.memory.reading import Answer, shown, survivor
from sync.connectors.memory.store import Record, Store

if TYPE_CHECKING:
    from sync.connectors.memory.target import Call

STATES = ("active", "blocked")


def error(code: str, message: str, **more: Any) -> dict[str, Any]:
    return {"error": {"code": code, "message": message} | more}


def upsert(store: Store, call: Call) -> Answer:
    """PUT records/OBJECT/REFERENCE: one record per reference, whoever comes first."""
    _, object, reference = call.parts
    return _upsert(store, object, reference, call.json(), call.headers.get("if-match", ""), call.push_id)


def add(store: Store, call: Call) -> Answer:
    """POST records/OBJECT: always one more record, even with a reference that is there."""
    _, object = call.parts
    body = call.json()
    faults = _faults(store, object, body["fields"])
    if faults:
        return 422, faults
    return 201, _written(store.insert(object, body["fields"], push_id=call.push_id, **_columns(body)), created=True)


def update(store: Store, call: Call) -> Answer:
    """PATCH records/OBJECT/KEY: the fields named get new values, if the record is still the one the caller read."""
    _, object, key = call.parts
    record = store.by_key(object, key)
    if record is None or record.deleted:
        return 404, error("not_found", f"There is no {object} {key}.")
    return _change(store, record, call.json(), call.headers.get("if-match", ""), call.push_id)


def batch(store: Store, call: Call) -> Answer:
    """POST batch/OBJECT: upserts, each with an ending of its own inside one 200."""
    _, object = call.parts
    endings = []
    for item in call.json()["items"]:
        status, body = _upsert(store, object, item["reference"], item, item.get("etag") or "", item.get("push_id", ""))
        endings.append({"reference": item["reference"], "status": status} | body)
    return 200, {"items": endings}


def merge(store: Store, call: Call) -> Answer:
    """POST merge/OBJECT/KEY {"losers": [keys]}: the losers end in the record; to repeat it changes nothing."""
    _, object, key = call.parts
    record = store.by_key(object, key)
    losers = [store.by_key(object, each) for each in call.json()["losers"]]
    if record is None or None in losers:
        return 404, error("not_found", "One of these is not there.")
    for loser in losers:
        if loser is not None and loser.merged_into != record.key:
            store.change("MERGED", loser, push_id=call.push_id, merged_into=record.key, active=0)
    return 200, _written(record, created=False)


def _upsert(store: Store, object: str, reference: str, body: dict[str, Any], etag: str, push_id: str) -> Answer:
    record = store.by_reference(object, reference)
    if record is not None:
        return _change(store, record, body, etag, push_id)
    if etag:
        return 412, error("stale", "The record you read is gone.")
    faults = _faults(store, object, body.get("fields", {}))
    if faults:
        return 422, faults
    columns = _columns(body) | {"reference": reference}
    return 201, _written(store.insert(object, body.get("fields", {}), push_id=push_id, **columns), created=True)


def _change(store: Store, record: Record, body: dict[str, Any], etag: str, push_id: str) -> Answer:
    if record.merged_into:
        last = survivor(store, record)
        told = {"survivor": str(last.key), "survivor_reference": last.reference}
        return 409, error("merged", f"It was merged into {last.key}.", **told)
    if etag and etag != record.etag:
        return 412, error("stale", "It changed since you read it.", etag=record.etag)
    fields = dict(record.fields) | body.get("fields", {})
    faults = _faults(store, record.object, fields)
    if faults:
        return 422, faults
    states = {name: body[name] for name in STATES if name in body}
    same = fields == record.fields and all(getattr(record, name) == value for name, value in states.items())
    if same and not record.deleted:
        return 200, _written(record, created=False, changed=False)
    columns = _columns(body) | {"reference": body.get("reference") or record.reference, "deleted": 0}
    changed = store.change("CHANGED", record, push_id=push_id, fields=fields, **columns)
    return 200, _written(changed, created=False)


def _columns(body: dict[str, Any]) -> dict[str, Any]:
    return {name: body[name] for name in ("reference", "version", *STATES) if name in body}


def _written(record: Record, *, created: bool, changed: bool = True) -> dict[str, Any]:
    return shown(record) | {"created": created, "changed": changed}


def _faults(store: Store, object: str, fields: dict[str, Any]) -> dict[str, Any] | None:
    """Every field that its schema refuses, at once."""
    found = [
        {"field": each["name"], "message": message}
        for each in store.setting(f"schema:{object}", {"fields": []})["fields"]
        if (message := _fault(each, fields.get(each["name"])))
    ]
    return error("invalid", "Some fields cannot be taken.", fields=found) if found else None


def _fault(field: dict[str, Any], value: Any) -> str:
    if value in (None, ""):
        return "It must be filled." if field.get("required") else ""
    if field.get("length") and len(str(value)) > field["length"]:
        return f"It is longer than {field['length']} characters."
    if field.get("enum") and value not in field["enum"]:
        return f"It must be one of {', '.join(field['enum'])}."
    return ""
