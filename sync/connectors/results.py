"""The endings of one item, in the words every connector uses; and how an unknown one is resolved by reading."""

from __future__ import annotations

from typing import Any, Final

from sync.connectors.documents import differences, document_hash
from sync.connectors.errors import ConnectorError
from sync.connectors.http import CallFailed, Exchange
from sync.connectors.interface import Classified, Connector, Op, Outcome, PushItem, PushResult, Snapshot

MERGED_THERE: Final = "merged_there"  # the target merged this record into another golden record's; see `target_key`
FOLLOWED_MERGE: Final = "followed_merge"  # it merged ours into one that no golden record owns; written there
STALE: Final = "stale"  # the target's record is not the one we based this on
NOTHING: Final = Exchange()


def ended(item: PushItem, outcome: Outcome, exchange: Exchange = NOTHING, **more: Any) -> PushResult:
    """The item ended so. `more`: fields of PushResult."""
    return PushResult(item.push_id, outcome, request=exchange.request, response=exchange.response, **more)


def from_classified(item: PushItem, found: Classified, exchange: Exchange = NOTHING, **more: Any) -> PushResult:
    """The item ended as its answer was classified."""
    told = {
        "code": found.code,
        "message": found.message,
        "field_errors": found.field_errors,
        "retry_after": found.retry_after,
        "throttle_scope": found.throttle_scope,
    }
    return ended(item, found.outcome, exchange, **(told | more))


def failed(item: PushItem, error: ConnectorError) -> PushResult:
    """The item ended as its call failed."""
    return from_classified(item, error.classified, error.exchange if isinstance(error, CallFailed) else NOTHING)


def resolve_by_reading(connector: Connector, item: PushItem) -> PushResult:
    """Whether the item is there, by looking: APPLIED; RETRY, perhaps with the key found; CONFLICT; or still UNKNOWN."""
    try:
        found = connector.find(item.object, {item.golden_id: item.target_key}).get(item.golden_id)
    except ConnectorError as error:
        told = failed(item, error)
        return ended(
            item,
            Outcome.UNKNOWN,
            Exchange(told.request, told.response),
            code=told.code,
            message=told.message,
            retry_after=told.retry_after,
        )
    if found is None:
        return ended(item, Outcome.RETRY, code="not_there", message="The target does not have it.")
    if found.redirected_from and found.golden_id not in (None, item.golden_id):
        return merged_there(item, found.target_key)
    if holds(item, found):
        return ended(item, Outcome.APPLIED, target_key=found.target_key, etag=found.etag, code="found")
    what = "The target has the record, but not this version of it."
    return ended(
        item, Outcome.RETRY, target_key=found.target_key, etag=found.etag, code="other_version_there", message=what
    )


def confirm_by_reading(connector: Connector, item: PushItem) -> PushResult:
    """Whether the target holds the item: APPLIED; ACCEPTED where it may still come; CONFLICT where it holds another."""
    read = resolve_by_reading(connector, item)
    if read.outcome is not Outcome.RETRY:
        return read
    waits = connector.capabilities[item.object].async_confirm
    outcome = Outcome.ACCEPTED if waits else Outcome.CONFLICT
    return ended(item, outcome, target_key=read.target_key, etag=read.etag, code=read.code, message=read.message)


def unchanged(item: PushItem) -> bool:
    """Whether the target was last confirmed to hold just this, so that nothing need be sent.

    Whoever wants it sent all the same (a heal, a replay) leaves `base_hash` out.
    """
    return item.op is Op.UPSERT and item.base_hash is not None and item.base_hash == document_hash(item.payload)


def holds(item: PushItem, snapshot: Snapshot) -> bool:
    """Whether the target's record is as the item wants it."""
    if item.op is Op.RETIRE and not snapshot.active:
        return True
    return not differences(item.payload, snapshot.fields)


def merged_there(item: PushItem, survivor_key: str | None, exchange: Exchange = NOTHING) -> PushResult:
    """The target merged the item's record into one of another golden record: a person decides, nothing is written."""
    what = f"The target merged this record into {survivor_key}, which belongs to another golden record."
    return ended(item, Outcome.CONFLICT, exchange, target_key=survivor_key, code=MERGED_THERE, message=what)
