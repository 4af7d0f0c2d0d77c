"""What has to wait again, though something newer already stands for it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from sync.delivery.states import OPERATION_CLASSES, REPLACEABLE

_CLASSES = [(operation, other) for operation, others in OPERATION_CLASSES.items() for other in others]
_REPLACE = """
UPDATE delivery_delivery o SET state = 'SUPERSEDED', superseded_by_id = n.id, since = clock_timestamp(),
    next_attempt_at = NULL, hold_until = NULL
FROM (
    SELECT DISTINCT ON (old.id) old.id AS old, newer.id
    FROM delivery_delivery old
    JOIN unnest(%s::text[], %s::text[]) AS class (operation, replaces) ON class.replaces = old.operation
    JOIN delivery_delivery newer ON newer.connection_id = old.connection_id AND newer.object = old.object
        AND newer.golden_id = old.golden_id AND newer.operation = class.operation
        AND (newer.queued_at, newer.id) > (old.queued_at, old.id) AND newer.state <> 'CANCELLED'
    WHERE old.id = ANY(%s::uuid[])
    ORDER BY old.id, newer.queued_at DESC, newer.id DESC
) AS n
WHERE o.id = n.old AND o.state = ANY(%s::text[])
"""


def replace_if_newer(*, deliveries: Sequence[UUID]) -> int:
    """Of these deliveries none waits for which a newer one of its lane and operation class was queued meanwhile."""
    if not deliveries:
        return 0
    operations, replaced = zip(*_CLASSES, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_REPLACE, [list(operations), list(replaced), list(deliveries), list(REPLACEABLE)])
        return int(cursor.rowcount)
