"""The one way into the queue."""

from __future__ import annotations

import json
from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from sync.delivery.draft import Draft
from sync.delivery.states import OPERATION_CLASSES, REPLACEABLE
from sync.delivery.uuid7 import uuid7

_INSERT = """
INSERT INTO delivery_delivery (id, connection_id, flow_id, object, golden_id, version, crosswalk_revision, operation,
    mapping_id, cause, push_number, ids, decision, hold_reason, hold_until, state, step, next_attempt_at, queued_at,
    since, in_doubt, tries, crashes, attempt_count, payload_hash, error_code, error_message, field_errors, waits_for,
    dead_cause, cause_key)
SELECT d.*, CASE WHEN d.hold_reason = '' THEN 'PENDING' ELSE 'HELD' END, 'PUSH',
    CASE WHEN d.hold_reason = '' THEN now.at END, now.at, now.at, false, 0, 0, 0, '', '', '', '[]', '', '', ''
FROM (SELECT id, connection, flow, object, golden, version, revision, operation, mapping, cause, push, ids::jsonb,
             decision::uuid, hold_reason, hold_until
      FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::int[], %s::int[], %s::text[],
                  %s::bigint[], %s::text[], %s::int[], %s::text[], %s::text[], %s::text[], %s::timestamptz[])
      AS given (id, connection, flow, object, golden, version, revision, operation, mapping, cause, push, ids, decision,
                hold_reason, hold_until)) AS d,
     (SELECT clock_timestamp() AS at) AS now
ON CONFLICT ON CONSTRAINT delivery_unique DO NOTHING
RETURNING id
"""
# What waits under a decision's hold hands the hold on; what an undo sends does not wait for what it undoes.
_INHERIT = """
UPDATE delivery_delivery n SET state = 'HELD', hold_reason = 'decision', next_attempt_at = NULL,
    hold_until = greatest(n.hold_until, o.hold_until), decision = coalesce(n.decision, o.decision)
FROM delivery_delivery o
WHERE n.id = ANY(%s::uuid[]) AND n.cause <> 'COMPENSATION' AND n.hold_reason IN ('', 'decision')
  AND o.connection_id = n.connection_id AND o.object = n.object AND o.golden_id = n.golden_id AND o.id <> n.id
  AND o.state = 'HELD' AND o.hold_reason = 'decision' AND o.hold_until > clock_timestamp()
"""
_SUPERSEDE = """
UPDATE delivery_delivery o SET state = 'SUPERSEDED', superseded_by_id = n.id, since = clock_timestamp(),
    next_attempt_at = NULL, hold_until = NULL
FROM delivery_delivery n
JOIN unnest(%s::text[], %s::text[]) AS class (operation, replaces) ON class.operation = n.operation
WHERE n.id = ANY(%s::uuid[]) AND o.connection_id = n.connection_id AND o.object = n.object
  AND o.golden_id = n.golden_id AND o.id <> n.id AND o.state = ANY(%s::text[]) AND o.operation = class.replaces
  AND (o.queued_at, o.id) < (n.queued_at, n.id)
"""
_CLASSES = [(operation, other) for operation, others in OPERATION_CLASSES.items() for other in others]


def queue_deliveries(drafts: Sequence[Draft]) -> list[UUID]:
    """Every draft that was not queued before is; what waits in its lane for the same kind of operation is replaced by
    it, and one under a decision's hold hands that hold on. Lives in the caller's transaction.

    Returns the ids of those newly queued. Raises: IntegrityError for a golden record that was never released.
    """
    if not drafts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, _columns(drafts))
        queued = [row[0] for row in cursor.fetchall()]
        if queued:
            cursor.execute(_INHERIT, [queued])
            operations, replaced = zip(*_CLASSES, strict=True)
            cursor.execute(_SUPERSEDE, [list(operations), list(replaced), queued, list(REPLACEABLE)])
    return queued


def _columns(drafts: Sequence[Draft]) -> list[list[object]]:
    rows = [
        (
            uuid7(),
            draft.connection,
            draft.flow,
            draft.object,
            draft.golden,
            draft.version,
            draft.crosswalk_revision,
            draft.operation,
            draft.mapping,
            draft.cause,
            draft.push_number,
            json.dumps(draft.ids),
            None if draft.decision is None else str(draft.decision),
            draft.hold_reason,
            draft.hold_until,
        )
        for draft in drafts
    ]
    return [list(column) for column in zip(*rows, strict=True)]
