"""From a claimed delivery to what is pushed: mapped, validated, compared with what is there already. No database."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from sync.connectors.documents import document_hash
from sync.connectors.errors import ConnectorError
from sync.connectors.interface import Connector, FieldError, Op, PushItem, TargetSchema
from sync.delivery.claimed import Claimed
from sync.delivery.states import Cause, Operation, Step
from sync.flows.mappings import content_by_id
from sync.mapping import applying
from sync.mapping.content import GoldenView, Mapped
from sync.mapping.validating import validate

SCHEMA_SECONDS: Final = 600.0
NO_SCHEMA_SECONDS: Final = 30.0
NOTHING: Final = Mapped({}, MappingProxyType({}), MappingProxyType({}))

_schemas: dict[tuple[str, str], tuple[float, TargetSchema | None]] = {}


@dataclass(frozen=True, slots=True)
class Ready:
    """To be pushed, or looked for."""

    claimed: Claimed
    item: PushItem
    payload_hash: str
    mapped: Mapped = NOTHING


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The target was confirmed to hold exactly this: no call is made."""

    claimed: Claimed
    payload_hash: str
    mapped: Mapped


@dataclass(frozen=True, slots=True)
class Unfit:
    """Not to be pushed: `state` and `code` say what becomes of it, `errors` why, all of them at once."""

    claimed: Claimed
    state: str
    code: str
    message: str
    errors: tuple[FieldError, ...] = field(default=())


Prepared = Ready | Unchanged | Unfit


def prepare(claimed: Claimed, connector: Connector) -> Prepared:
    """Return what is to be done with the delivery."""
    if claimed.object not in connector.capabilities:
        return Unfit(claimed, "REJECTED", "unknown_object", f"The target has no {claimed.object}.")
    if claimed.operation != Operation.UPSERT:
        return _ready(claimed, connector, NOTHING)
    if claimed.values is None:
        return Unfit(claimed, "CANCELLED", "erased", "The values of this version were erased.")
    mapped = mapped_of(claimed)
    schema = schema_of(connector, claimed.connection, claimed.object)
    issues = mapped.issues if schema is None else validate(mapped, schema)
    if issues:
        return Unfit(claimed, "REJECTED", "invalid", f"{issues[0].target_field}: {issues[0].message}", tuple(issues))
    return _ready(claimed, connector, mapped)


def mapped_of(claimed: Claimed) -> Mapped:
    """Return the document of the delivery's own version, mapping and identifiers: the same whenever it is made."""
    ids = {(system, name): value for key, value in claimed.ids.items() for system, _, name in [key.partition("/")]}
    golden = GoldenView(claimed.code, claimed.version, claimed.values or {}, claimed.status, ids)
    return applying.apply(content_by_id(claimed.mapping, claimed.mapping_hash), golden)


def step_of(claimed: Claimed, connector: Connector) -> str:
    """Return what is done now: of what may have arrived and is not wanted any more only a look is taken, where the
    target can be read.
    """
    if claimed.step == Step.PUSH and not claimed.fresh and connector.capabilities[claimed.object].readable:
        return Step.RESOLVE
    return claimed.step


def _ready(claimed: Claimed, connector: Connector, mapped: Mapped) -> Prepared:
    payload_hash = document_hash(mapped.document)
    if claimed.payload_hash and claimed.payload_hash != payload_hash:
        what = "Its content is not what was sent under its key before; it is not sent again."
        return Unfit(claimed, "DEAD", "payload_changed", what)
    if _is_there(claimed, payload_hash):
        return Unchanged(claimed, payload_hash, mapped)
    return Ready(claimed, _item(claimed, mapped.document, payload_hash), payload_hash, mapped)


def _is_there(claimed: Claimed, payload_hash: str) -> bool:
    """Whether the target was last confirmed to hold it; what is deliberately pushed again is sent all the same."""
    deliberate = claimed.push_number > 1 or claimed.cause in (Cause.HEAL, Cause.REPLAY)
    first = claimed.step == Step.PUSH and claimed.attempts == 0
    same = claimed.confirmed_hash == payload_hash and claimed.operation == Operation.UPSERT
    return first and same and not deliberate


def _item(claimed: Claimed, document: Mapping[str, Any], payload_hash: str) -> PushItem:
    # A deliberate push is of content that the target may have lost: its connector must not take it for unchanged.
    same_anyway = claimed.confirmed_hash == payload_hash
    return PushItem(
        push_id=claimed.id,
        golden_id=claimed.code,
        version=claimed.version,
        domain=claimed.domain,
        object=claimed.object,
        op=Op(claimed.operation),
        payload=document,
        target_key=claimed.target_key,
        base_etag=claimed.etag or None,
        base_hash=None if same_anyway else claimed.confirmed_hash or None,
    )


def knows_schema(system: str, object: str) -> bool:
    """Whether `schema_of` answers without asking the target."""
    known = _schemas.get((system, object))
    return known is not None and known[0] > time.monotonic()


def schema_of(connector: Connector, system: str, object: str) -> TargetSchema | None:
    """Return what the target said of its object within the last minutes; None where it does not say."""
    known = _schemas.get((system, object))
    if known is not None and known[0] > time.monotonic():
        return known[1]
    try:
        schema = connector.describe(object)
    except ConnectorError:
        _schemas[system, object] = (time.monotonic() + NO_SCHEMA_SECONDS, None)
        return None
    _schemas[system, object] = (time.monotonic() + SCHEMA_SECONDS, schema)
    return schema


def forget_schemas() -> None:
    """The next preparation asks the targets again."""
    _schemas.clear()
