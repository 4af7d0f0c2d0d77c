"""What the programmable target answers to questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sync.connectors.memory.store import Record, Store

Answer = tuple[int, Any]
PAGE = 100


def shown(record: Record) -> dict[str, Any]:
    """A record as the target tells it."""
    return {
        "key": str(record.key),
        "reference": record.reference,
        "fields": record.fields,
        "active": record.active,
        "blocked": record.blocked,
        "merged_into": str(record.merged_into) if record.merged_into else None,
        "deleted": record.deleted,
        "etag": record.etag,
    }


def schema(store: Store, object: str) -> Answer:
    return 200, store.setting(f"schema:{object}", {"fields": [], "open": True})


def records(store: Store, object: str, query: Mapping[str, str]) -> Answer:
    """By `references` or `keys` (comma-separated), or all after a key."""
    if "references" in query or "keys" in query:
        found = [store.by_reference(object, each) for each in _words(query, "references")]
        found += [store.by_key(object, each) for each in _words(query, "keys")]
        known = [record for record in found if record is not None and not record.deleted]
        return 200, {"records": [shown(record) for record in known + _survivors(store, known)]}
    page = store.after(object, int(query.get("after") or 0), PAGE)
    return 200, {"records": [shown(each) for each in page], "next": str(page[-1].key) if len(page) == PAGE else None}


def changes(store: Store, object: str, query: Mapping[str, str]) -> Answer:
    """Records that changed after a number; without one, the number of now."""
    if "after" not in query:
        return 200, {"changes": [], "cursor": str(store.last_change()), "more": False}
    after = int(query["after"])
    if after < int(store.setting("forgotten_changes", 0)):
        return 410, {"error": {"code": "cursor_expired", "message": "That is too long ago."}}
    page = store.changed_after(object, after, PAGE)
    cursor = page[-1].changed if page else after
    return 200, {"changes": [shown(each) for each in page], "cursor": str(cursor), "more": len(page) == PAGE}


def survivor(store: Store, record: Record) -> Record:
    """The record that this one ended up in."""
    seen = {record.key}
    while record.merged_into and record.merged_into not in seen:
        following = store.by_key(record.object, record.merged_into)
        if following is None:
            break
        record = following
        seen.add(record.key)
    return record


def _survivors(store: Store, known: list[Record]) -> list[Record]:
    return [survivor(store, record) for record in known if record.merged_into]


def _words(query: Mapping[str, str], name: str) -> list[str]:
    return [word for word in query.get(name, "").split(",") if word]
