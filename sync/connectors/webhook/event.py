"""CloudEvents 1.0, structured: what happened to a golden record, the same bytes on every try."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

import orjson

from sync.connectors.interface import Op, PushItem

CONTENT_TYPE: Final = "application/cloudevents+json; charset=utf-8"
# Every intermediary must forward an event of this size; a larger one becomes a link.
LARGEST: Final = 64 * 1024
TYPES: Final[Mapping[Op, str]] = {
    Op.UPSERT: "published",
    Op.BLOCK: "blocked",
    Op.UNBLOCK: "unblocked",
    Op.RETIRE: "retired",
    Op.MERGE: "merged",
}


def type_of(domain: str, op: Op) -> str:
    """`touchstone.party.published.v1`."""
    return f"touchstone.{domain}.{TYPES[op]}.v1"


def event(item: PushItem, *, source: str, hub_url: str = "") -> bytes:
    """The event for an item. `source` and id together name it; receivers drop what they have seen.

    One that is too large goes without its attributes, with `dataref`: where they can be fetched.
    """
    whole = _event(item, source, attributes=dict(item.payload))
    if len(whole) <= LARGEST:
        return whole
    link = f"{hub_url.rstrip('/')}/api/v1/golden-records/{quote(item.golden_id, safe='')}"
    return _event(item, source, dataref=link)


def made_at(push_id: UUID) -> dt.datetime | None:
    """When a UUIDv7 was made; None of another kind."""
    if push_id.version != 7:
        return None
    return dt.datetime.fromtimestamp((push_id.int >> 80) / 1_000, dt.UTC)


def _event(item: PushItem, source: str, *, attributes: dict[str, Any] | None = None, dataref: str = "") -> bytes:
    moment = made_at(item.push_id)
    told: dict[str, Any] = {
        "specversion": "1.0",
        "id": str(item.push_id),
        "source": source,
        "type": type_of(item.domain, item.op),
        "subject": item.golden_id,
        "datacontenttype": "application/json",
        "partitionkey": item.golden_id,
        "goldenversion": item.version,
    }
    told |= {"time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")} if moment else {}
    told |= {"dataref": dataref} if dataref else {}
    told["data"] = _data(item, attributes)
    return orjson.dumps(told, default=_plain)


def _data(item: PushItem, attributes: dict[str, Any] | None) -> dict[str, Any]:
    data: dict[str, Any] = {
        "code": item.golden_id,
        "version": item.version,
        "operation": item.op.value,
        "object": item.object,
    }
    data |= {"attributes": attributes} if attributes is not None else {}
    data |= {"merged": [each.golden_id for each in item.merged]} if item.merged else {}
    return data


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")
