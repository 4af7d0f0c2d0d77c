"""The words every connector speaks. A connector translates; it decides nothing about order, retries or storage."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, NamedTuple, Protocol, runtime_checkable
from uuid import UUID


class Op(StrEnum):
    UPSERT = "UPSERT"
    BLOCK = "BLOCK"
    UNBLOCK = "UNBLOCK"
    RETIRE = "RETIRE"
    MERGE = "MERGE"


class Outcome(StrEnum):
    """The closed set of endings of a remote write."""

    APPLIED = "APPLIED"  # the answer or a read-back says so
    NOOP = "NOOP"  # the target already held it; nothing was written
    ACCEPTED = "ACCEPTED"  # an asynchronous channel took it; to be confirmed
    RETRY = "RETRY"  # certainly not applied; try again
    THROTTLED = "THROTTLED"  # not applied; retry_after and throttle_scope say when
    UNKNOWN = "UNKNOWN"  # may be applied; resolve before any other write
    CONFLICT = "CONFLICT"  # the target changed since our base, or holds several
    DEPENDENCY = "DEPENDENCY"  # a parent or reference value is missing there
    REJECTED = "REJECTED"  # the data is wrong; a steward's work
    CONFIG = "CONFIG"  # sign-in, rights or set-up; pause the connection


class ConnectorClass(StrEnum):
    """What the target offers against doubles; it decides how UNKNOWN is resolved."""

    K = "K"  # honours an idempotency key: send again with the same key
    U = "U"  # upserts by our identifier: send again
    P = "P"  # can be searched for our reference: wait the quiet period, look, then send
    N = "N"  # nothing: at most once, then a person decides


class ThrottleScope(StrEnum):
    CONNECTION = "connection"  # pause everything on this connection until retry_after is over
    DAY = "day"  # a daily quota is used up


class FieldError(NamedTuple):
    """What is wrong with one field. Connectors know the target's name; mapping adds the golden record's path."""

    target_field: str
    message: str
    golden_path: str = ""
    code: str = ""


class MergedRecord(NamedTuple):
    """A record that a MERGE folds into its item's own."""

    golden_id: str
    target_key: str | None


@dataclass(frozen=True, slots=True)
class PushItem:
    """One write. `push_id` is the idempotency key, constant over attempts; `golden_id` is the golden record's code.

    `payload` is the target's document as mapping made it. `target_key` is the target's own key where it is known.
    `base_etag` and `base_hash` (of `documents.document_hash`) name the state that was confirmed last; with an equal
    hash nothing is sent, so a heal or replay leaves it out. `merged` is filled for MERGE only.
    """

    push_id: UUID
    golden_id: str
    version: int
    domain: str
    object: str
    op: Op
    payload: Mapping[str, Any]
    target_key: str | None = None
    base_etag: str | None = None
    base_hash: str | None = None
    scope: str = ""
    merged: tuple[MergedRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class Classified:
    """What a response or an exception means for the item it answers."""

    outcome: Outcome
    code: str = ""
    message: str = ""
    retry_after: float | None = None  # seconds
    throttle_scope: ThrottleScope | None = None
    field_errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class PushResult:
    """How one item ended. `request` and `response` are redacted text, fit for the attempt's row."""

    push_id: UUID
    outcome: Outcome
    target_key: str | None = None
    etag: str | None = None
    created: bool | None = None
    code: str = ""
    message: str = ""
    field_errors: tuple[FieldError, ...] = ()
    retry_after: float | None = None  # seconds
    throttle_scope: ThrottleScope | None = None
    request: str = field(default="", repr=False)
    response: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What one object of a target can do. Times are seconds.

    `quiet_period`: how long a call that we gave up may still be at work there; class P looks only after it.
    `key_life`: how long an idempotency key is honoured; after it class K is treated as P. None is for ever.
    `irreversible`: operations that no later operation takes back.
    """

    connector_class: ConnectorClass
    native_upsert: bool = False
    client_key: bool = False
    etag: bool = False
    batch_max: int = 1
    batch_atomic: bool = False
    async_confirm: bool = False
    delta: Literal["token", "timestamp", "day", "none"] = "none"
    deletes_in_delta: bool = False
    readable: bool = True  # find, confirm and scan answer
    merge: bool = False
    block: bool = False
    irreversible: frozenset[Op] = frozenset()
    quiet_period: float = 60.0
    key_life: float | None = None
    call_timeout: float = 40.0
    max_payload: int | None = None  # bytes


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A target record as it stands. `redirected_from`: the key asked for, where the target merged it into this one."""

    target_key: str
    fields: Mapping[str, Any]
    etag: str | None = None
    golden_id: str | None = None
    active: bool = True
    redirected_from: str | None = None
    changed_at: dt.datetime | None = None


class ChangeKind(StrEnum):
    CHANGED = "CHANGED"
    DELETED = "DELETED"
    MERGED = "MERGED"


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one target record; `survivor_key` is filled for MERGED, `snapshot` unless DELETED."""

    kind: ChangeKind
    target_key: str
    golden_id: str | None = None
    snapshot: Snapshot | None = None
    survivor_key: str | None = None


@dataclass(frozen=True, slots=True)
class ChangePage:
    """Changes after a cursor, and the cursor to go on with. `more`: ask again at once."""

    changes: tuple[Change, ...]
    cursor: str
    more: bool = False


@dataclass(frozen=True, slots=True)
class ScanPage:
    """Records in key order; `next_page` is None at the end."""

    snapshots: tuple[Snapshot, ...]
    next_page: str | None = None


FieldType = Literal["text", "integer", "decimal", "boolean", "date", "datetime", "object", "list", "any"]


@dataclass(frozen=True, slots=True)
class TargetField:
    """One field of a target's document. `fields` are an object's fields, or those of each element of a list."""

    name: str
    type: FieldType = "text"
    required: bool = False
    length: int | None = None
    enum: tuple[str, ...] = ()
    label: str = ""
    read_only: bool = False
    fields: tuple[TargetField, ...] = ()


@dataclass(frozen=True, slots=True)
class TargetSchema:
    """What a target says about one of its objects. `open`: fields not named here are let be."""

    object: str
    fields: tuple[TargetField, ...]
    open: bool = False


class HealthCheck(NamedTuple):
    name: str
    ok: bool
    message: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class HealthReport:
    """Whether a connection can work: sign-in, rights, key field, version. `limits` are figures the target told."""

    checks: tuple[HealthCheck, ...]
    version: str = ""
    limits: Mapping[str, float] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)


@runtime_checkable
class Connector(Protocol):
    """One connection's connector. It may be shared by threads and keeps no state that must survive.

    `push`, `resolve` and `confirm` answer every item and raise for none. The others raise ConnectorError, which
    carries its Classified; `changes` may raise CursorExpired, and then a full scan is due.
    """

    @property
    def capabilities(self) -> Mapping[str, Capabilities]:
        """What each object can do."""
        ...

    def check(self) -> HealthReport:
        """Ask whether this connection can work, without writing."""
        ...

    def describe(self, object: str) -> TargetSchema:
        """The object's fields as the target has them now."""
        ...

    def find(self, object: str, wanted: Mapping[str, str | None]) -> dict[str, Snapshot]:
        """Records by golden id. `wanted`: golden id -> target key where known. A merged one answers its survivor."""
        ...

    def push(self, items: Sequence[PushItem]) -> Sequence[PushResult]:
        """Write 1 to `batch_max` items of one object; one result per item, in their order."""
        ...

    def resolve(self, item: PushItem) -> PushResult:
        """After UNKNOWN: look whether the item is there. APPLIED, RETRY (it is not), or UNKNOWN (cannot tell)."""
        ...

    def confirm(self, item: PushItem) -> PushResult:
        """Read back, or ask the asynchronous channel. APPLIED, ACCEPTED (not yet), or what went wrong."""
        ...

    def changes(self, object: str, cursor: str | None) -> ChangePage:
        """What changed after the cursor; None is from now on."""
        ...

    def scan(self, object: str, page: str | None) -> ScanPage:
        """All records, page by page, in an order that later writes do not disturb."""
        ...

    def classify(self, answer: Any) -> Classified:
        """What a response or an exception of this target means."""
        ...
