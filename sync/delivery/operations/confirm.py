"""What a target was confirmed to hold: its record with us, and its identifier in the crosswalk."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, LiteralString

import orjson
from django.db import connection

from mdm.accounts.models import Actor
from mdm.events.operations.record import EventDraft, record
from mdm.governance.models import IdType
from mdm.governance.queries import id_type
from mdm.kernel.errors import Invalid, NotFound
from mdm.kernel.prepared import fetch_prepared
from mdm.records.operations.attach_ids import attach_ids
from sync.delivery.claimed import Claimed
from sync.delivery.states import Operation
from sync.mapping.content import Mapped

logger = logging.getLogger(__name__)

_RECORDS: Final[LiteralString] = """
INSERT INTO targets_targetrecord AS r (connection_id, object, scope, golden_id, target_key, etag, confirmed_version,
    confirmed_hash, confirmed_fields, confirmed_values, confirmed_at, is_primary, blocked)
SELECT connection, object, '', golden, key, etag, version, hash, fields, given, clock_timestamp(), true,
    false
FROM json_to_recordset(%(records)s::json) AS u (connection text, object text, golden bigint, key text, etag text,
    version int, hash text, fields jsonb, given jsonb)
ON CONFLICT ON CONSTRAINT target_record_unique DO UPDATE SET
    target_key = CASE WHEN EXCLUDED.target_key <> '' THEN EXCLUDED.target_key ELSE r.target_key END,
    etag = EXCLUDED.etag, confirmed_version = EXCLUDED.confirmed_version, confirmed_hash = EXCLUDED.confirmed_hash,
    confirmed_fields = EXCLUDED.confirmed_fields, confirmed_values = EXCLUDED.confirmed_values,
    confirmed_at = EXCLUDED.confirmed_at
RETURNING id
"""
_BLOCKED = """
UPDATE targets_targetrecord r SET blocked = u.blocked, etag = CASE WHEN u.etag <> '' THEN u.etag ELSE r.etag END
FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::boolean[], %s::text[])
     AS u (connection, object, golden, blocked, etag)
WHERE r.connection_id = u.connection AND r.object = u.object AND r.scope = '' AND r.golden_id = u.golden
"""
_CONFLICT = """
INSERT INTO targets_keyconflict (connection_id, object, target_key, golden_id, other_id, delivery, found_at, note)
VALUES (%s, %s, %s, %s, %s, %s, clock_timestamp(), '')
ON CONFLICT (connection_id, object, target_key, golden_id) WHERE closed_at IS NULL DO NOTHING RETURNING id
"""
_MOVED: Final[LiteralString] = """
UPDATE flows_flow SET last_moved_at = clock_timestamp() WHERE code IN (
    SELECT f.code FROM unnest(%(flows)s::text[]) AS moved (code) JOIN flows_flow f ON f.code = moved.code
    WHERE f.last_moved_at IS NULL OR f.last_moved_at < clock_timestamp() - interval '1 second'
    ORDER BY f.code FOR NO KEY UPDATE OF f SKIP LOCKED)
RETURNING code
"""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a target holds by its own word. `moved`: it was sent there, and not merely found unchanged."""

    claimed: Claimed
    mapped: Mapped
    payload_hash: str
    target_key: str
    etag: str
    moved: bool


def confirm_targets(*, confirmed: Sequence[Confirmed], actor: Actor) -> None:
    """The targets' records say what was confirmed, and identifiers that targets gave lead to their golden records; one
    that leads to another golden record stays where it is, and a person is told. Lives in the caller's transaction.
    """
    _write_records([one for one in confirmed if one.claimed.operation == Operation.UPSERT])
    _write_blocks([one for one in confirmed if one.claimed.operation in (Operation.BLOCK, Operation.UNBLOCK)])
    flows = sorted({one.claimed.flow for one in confirmed if one.moved})
    if flows:
        fetch_prepared(_MOVED, {"flows": flows})
    # A key that is in the crosswalk already is the usual case and costs nothing.
    new = [one for one in confirmed if one.target_key and one.target_key != one.claimed.target_key]
    for where in sorted({(one.claimed.connection, one.claimed.domain) for one in new}):
        _attach(where, [one for one in new if (one.claimed.connection, one.claimed.domain) == where], actor)


def _write_records(confirmed: Sequence[Confirmed]) -> None:
    rows = [
        {
            "connection": one.claimed.connection,
            "object": one.claimed.object,
            "golden": one.claimed.golden,
            "key": (one.target_key or one.claimed.target_key or "")[:200],
            "etag": one.etag[:200],
            "version": one.claimed.version,
            "hash": one.payload_hash,
            "fields": one.mapped.document,
            "given": dict(one.mapped.golden_values),
        }
        for one in confirmed
    ]
    if rows:
        fetch_prepared(_RECORDS, {"records": orjson.dumps(rows, default=str).decode()})


def _write_blocks(confirmed: Sequence[Confirmed]) -> None:
    rows = [
        (
            one.claimed.connection,
            one.claimed.object,
            one.claimed.golden,
            one.claimed.operation == Operation.BLOCK,
            one.etag[:200],
        )
        for one in confirmed
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_BLOCKED, [list(column) for column in zip(*rows, strict=True)])


def _attach(where: tuple[str, str], new: Sequence[Confirmed], actor: Actor) -> None:
    kind = _id_type(*where)
    if kind is None:
        return
    given = [(one.target_key, one.claimed.golden) for one in new]
    for one, attached in zip(new, attach_ids(id_type=kind, given=given, actor=actor, reason="delivered"), strict=True):
        if attached.status == "unusable":
            logger.warning("%s gave delivery %s no usable identifier: %s", where[0], one.claimed.id, attached.why)
        if attached.status == "taken" and attached.golden is not None:
            _tell_conflict(one.claimed, one.target_key, attached.golden, actor)


def _tell_conflict(claimed: Claimed, key: str, other: int, actor: Actor) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_CONFLICT, [claimed.connection, claimed.object, key[:200], claimed.golden, other, claimed.id])
        if cursor.fetchone() is None:
            return
    detail = {"system": claimed.connection, "delivery": str(claimed.id), "other": other}
    draft = EventDraft(
        type="delivery.key_taken", domain=claimed.domain, subject=f"golden:{claimed.code}", detail=detail
    )
    record(draft, actor=actor)


def _id_type(system: str, domain: str) -> IdType | None:
    """The system's usual identifier of the domain; None where the crosswalk keeps none of it."""
    try:
        return id_type(system, domain)
    except (NotFound, Invalid):
        return None
