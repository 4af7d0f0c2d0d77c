"""What only a test does to the programmable target: faults, edits by its own users, and counting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sync.connectors.memory.faults import Rule
from sync.connectors.memory.reading import Answer, shown
from sync.connectors.memory.store import Record, Store
from sync.connectors.memory.writing import error

if TYPE_CHECKING:
    from sync.connectors.memory.target import Call, Target


def command(target: Target, call: Call) -> Answer:
    """POST control/NAME with the command's fields."""
    name, body = call.parts[1], call.json()
    if name == "rule":
        target.program(Rule(**body))
    elif name == "forget_rules":
        target.forget_rules()
    elif name == "setting":
        target.store.set(body["name"], body["value"])
    elif name == "latency":
        target.latency = float(body["seconds"])
    else:
        return _by_its_users(target.store, name, body)
    return 200, {}


def count(store: Store) -> Answer:
    """GET control: how many records, effects and calls there are."""
    figures = store.rows(
        "SELECT (SELECT count(*) FROM record WHERE deleted = 0), (SELECT count(*) FROM effect),"
        " (SELECT count(*) FROM call WHERE writes = 1), (SELECT count(*) FROM call WHERE writes = 0)"
    )[0]
    return 200, dict(zip(("records", "effects", "writes", "reads"), figures, strict=True))


def _by_its_users(store: Store, name: str, body: dict[str, Any]) -> Answer:
    """Changes that somebody makes in the target itself; no push id stands beside them."""
    object = body.get("object", "party")
    if name == "create":
        return 200, shown(store.insert(object, body["fields"], reference=body.get("reference")))
    record = _named(store, object, body)
    if record is None:
        return 404, error("not_found", "There is no such record.")
    if name == "edit":
        return 200, shown(store.change("EDITED", record, fields=dict(record.fields) | body["fields"]))
    if name == "delete":
        return 200, shown(store.change("DELETED", record, deleted=1))
    if name == "merge":
        return 200, shown(store.change("MERGED", record, merged_into=int(body["into"]), active=0))
    return 404, error("no_such_path", f"{name} is no command.")


def _named(store: Store, object: str, body: dict[str, Any]) -> Record | None:
    return store.by_key(object, body["key"]) if "key" in body else store.by_reference(object, body["reference"])
