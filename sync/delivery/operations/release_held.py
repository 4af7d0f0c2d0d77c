"""What waited and may go on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, LiteralString

from django.db import connection, transaction

from mdm.kernel.prepared import fetch_prepared
from sync.flows.operations.fire_schedules import finish_run, fire_schedules

_HOLDS_OVER = """
UPDATE delivery_delivery d SET hold_until = NULL, since = clock_timestamp(),
    state = CASE WHEN f.schedule = '' THEN 'PENDING' ELSE 'HELD' END,
    hold_reason = CASE WHEN f.schedule = '' THEN '' ELSE 'schedule' END,
    next_attempt_at = CASE WHEN f.schedule = '' THEN clock_timestamp() END
FROM flows_flow f
WHERE f.code = d.flow_id AND d.id IN (
    SELECT id FROM delivery_delivery
    WHERE state = 'HELD' AND hold_reason = 'decision' AND hold_until <= clock_timestamp()
    ORDER BY id LIMIT 1000 FOR NO KEY UPDATE SKIP LOCKED)
  AND d.state = 'HELD'
"""
_OF_FLOW = """
UPDATE delivery_delivery SET state = 'PENDING', hold_reason = '', since = clock_timestamp(),
    next_attempt_at = clock_timestamp()
WHERE flow_id = %s AND state = 'HELD' AND hold_reason = %s
"""
_WAITED = """
UPDATE delivery_delivery SET state = 'PENDING', since = clock_timestamp(), next_attempt_at = clock_timestamp()
WHERE state = 'WAITING' AND next_attempt_at <= clock_timestamp()
"""
_PARENT_THERE: Final[LiteralString] = """
UPDATE delivery_delivery d SET state = 'PENDING', since = clock_timestamp(), next_attempt_at = clock_timestamp()
FROM unnest(%(connections)s::text[], %(codes)s::text[]) AS parent (connection, code)
WHERE d.state = 'WAITING' AND d.connection_id = parent.connection AND d.waits_for = parent.code
RETURNING d.id
"""


def release_holds() -> int:
    """What a decision held, and whose time is over, may leave with its flow's next run or at once."""
    return _run(_HOLDS_OVER)


def release_flow(*, flow: str, hold_reason: str) -> int:
    """What the flow held for that reason may leave."""
    return _run(_OF_FLOW, [flow, hold_reason])


def release_waiting() -> int:
    """What is missing something in its target, and waited long enough for it, is tried again."""
    return _run(_WAITED)


def release_children(*, parents: list[tuple[str, str]]) -> int:
    """What waits for one of these (connection, code of the golden record) may leave: it is there now."""
    if not parents:
        return 0
    connections, codes = (list(column) for column in zip(*sorted(set(parents)), strict=True))
    return len(fetch_prepared(_PARENT_THERE, {"connections": connections, "codes": codes}))


def run_schedules() -> int:
    """Every schedule that came due has released what its flow held for it; returns how many runs there were."""
    runs = fire_schedules()
    for run in runs:
        with transaction.atomic():
            released = release_flow(flow=run.flow_id, hold_reason="schedule")
            finish_run(run=run, counts={"released": released})
    return len(runs)


def _run(statement: str, parameters: Sequence[str] = ()) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(parameters))
        return int(cursor.rowcount)
