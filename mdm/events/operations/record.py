"""The one way into the audit and the outbox."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, LiteralString

from django.db import connection

from mdm.accounts.models import Actor
from mdm.events import request
from mdm.events.catalogue import EVENT_TYPES
from mdm.events.detail import encode
from mdm.events.models import AuditEvent
from mdm.kernel.errors import Invalid
from mdm.kernel.prepared import fetch_prepared
from mdm.kernel.sequences import take_ids

REASON = 500
SUBJECT = 120

_EVENTS: Final[LiteralString] = """
WITH draft AS (
    SELECT * FROM json_to_recordset(%(drafts)s::json) AS d (position int, id bigint, type text, domain text,
        subject text, reason text, detail text, version_count int, digest text, published boolean)
), numbered AS (
    SELECT position, coalesce(id, nextval('events_auditevent_id_seq')) AS id, type, domain, subject, reason,
           detail::jsonb AS detail, version_count, decode(digest, 'hex') AS digest, published
    FROM draft ORDER BY position
), event AS (
    INSERT INTO events_auditevent (id, occurred_at, actor_id, actor_name, type, domain, subject, reason, detail,
                                   request_id, version_count, versions_digest)
    SELECT id, clock_timestamp(), %(actor)s::bigint, %(name)s::text, type, domain, subject, reason, detail,
           %(request)s::text, version_count, digest
    FROM numbered ORDER BY position
), message AS (
    INSERT INTO events_outboxmessage (type, domain, subject, detail, event_id, created_at)
    SELECT type, domain, subject, detail, id, clock_timestamp() FROM numbered WHERE published ORDER BY position
)
SELECT id FROM numbered ORDER BY position
"""


@dataclass(frozen=True)
class EventDraft:
    """An event about to be written. `id` is one that `reserve_event_id` gave, or None.

    `versions_digest` is what `mdm.events.history.versions_digest` makes of the version rows that carry this event.
    """

    type: str
    domain: str
    subject: str
    reason: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    id: int | None = None
    version_count: int = 0
    versions_digest: bytes | None = None


def reserve_event_id() -> int:
    """The returned id is the caller's to write an event with, before or after rows that refer to it are prepared."""
    return reserve_event_ids(1)[0]


def reserve_event_ids(count: int) -> list[int]:
    """As `reserve_event_id`, for so many events."""
    _require_transaction()
    return take_ids(AuditEvent._meta.db_table, count)


def record(draft: EventDraft, *, actor: Actor) -> int:
    """The event, and its outbox message when its type is published, is part of the caller's transaction.

    Returns the event's id. Raises: as `record_many`.
    """
    return record_many([draft], actor=actor)[0]


def record_many(drafts: Sequence[EventDraft], *, actor: Actor) -> list[int]:
    """The events and their outbox messages are part of the caller's transaction, in the order of `drafts`.

    Returns the events' ids. Raises: Invalid for a reason over 500 characters; ValueError for an uncatalogued type, an
    ill-formed subject or a detail that may hold values; RuntimeError outside a transaction.
    """
    _require_transaction()
    if not drafts:
        return []
    details = [_checked(draft) for draft in drafts]
    return _write(drafts, details, actor)


def record_for_accounts(*, type: str, subject: str, actor: Actor, reason: str, detail: Mapping[str, Any]) -> int:
    """The event of an act on accounts, which belong to no domain, is part of the caller's transaction."""
    return record(EventDraft(type=type, domain="", subject=subject, reason=reason, detail=detail), actor=actor)


def _checked(draft: EventDraft) -> str:
    if draft.type not in EVENT_TYPES:
        raise ValueError(f"{draft.type!r} is no catalogued type of event.")
    kind, _, name = draft.subject.partition(":")
    if not kind or not name or len(draft.subject) > SUBJECT or any(map(str.isspace, draft.subject)):
        raise ValueError(f"{draft.subject[:SUBJECT]!r} is no subject; write kind:id, such as golden:BP-000123.")
    if len(draft.reason) > REASON:
        raise Invalid(
            f"The reason has {len(draft.reason)} characters.", field="reason", remedy=f"Say it in {REASON} characters."
        )
    if "\x00" in draft.reason:
        raise Invalid("The reason holds a NUL character.", field="reason", remedy="Remove it.")
    return encode(draft.detail)


def _write(drafts: Sequence[EventDraft], details: list[str], actor: Actor) -> list[int]:
    rows = [
        {
            "position": position,
            "id": draft.id,
            "type": draft.type,
            "domain": draft.domain,
            "subject": draft.subject,
            "reason": draft.reason,
            "detail": detail,
            "version_count": draft.version_count,
            "digest": None if draft.versions_digest is None else bytes(draft.versions_digest).hex(),
            "published": EVENT_TYPES[draft.type].published,
        }
        for position, (draft, detail) in enumerate(zip(drafts, details, strict=True))
    ]
    told = {"drafts": json.dumps(rows), "actor": actor.pk, "name": actor.name, "request": request.current()}
    return [event for (event,) in fetch_prepared(_EVENTS, told)]


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("An event is written in the transaction of the change it tells of; open one first.")
