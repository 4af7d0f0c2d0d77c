"""Taking what is due, and giving it back."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Sequence
from typing import Any, Final, LiteralString

from django.db import connection, transaction

from mdm.kernel.faults import point
from mdm.kernel.prepared import fetch_prepared
from sync.delivery import limits
from sync.delivery.claimed import Claimed
from sync.delivery.gate import Opening, Valve, opening

# Who claims for the same target is done soon: he is waited for a moment, and never for as long as he may be stopped.
PAUSES: Final = (0.004, 0.008, 0.016)

_VALVE: Final[LiteralString] = """
SELECT i.sending, c.sending, c.status, c.breaker, c.open_until, c.paused_until, c.rate_per_second, c.slots,
       c.daily_budget, c.used_today, c.budget_day, clock_timestamp(),
       (SELECT count(*) FROM delivery_delivery d WHERE d.connection_id = c.system_id AND d.state = 'SENDING')
FROM targets_connection c, targets_installation i
WHERE c.system_id = %(connection)s FOR NO KEY UPDATE OF c SKIP LOCKED
"""
# What may be claimed: due, alone in its lane, first in its lane, and still what the golden record asks for. Of a lane
# whose delivery may have arrived only that one is due, whatever became of the golden record since. An open entry is
# asked for so that the index of all open entries does not fit: without statistics the planner would read all of it.
_CLAIM: Final[LiteralString] = """
WITH due AS (
    SELECT d.id FROM delivery_delivery d JOIN records_goldenrecord g ON g.id = d.golden_id
    WHERE d.connection_id = %(connection)s AND d.state IN ('PENDING', 'UNKNOWN', 'ACCEPTED')
      AND d.next_attempt_at <= clock_timestamp()
      AND CASE WHEN %(alone)s THEN d.crashes >= %(suspect)s ELSE d.crashes < %(suspect)s END
      AND (d.state <> 'PENDING' OR (
          g.version_number = d.version
          AND NOT EXISTS (SELECT FROM matching_decision x WHERE x.id = d.decision AND x.undone_by_id IS NOT NULL)
          AND NOT EXISTS (
              SELECT FROM delivery_delivery o
              WHERE o.connection_id = d.connection_id AND o.object = d.object AND o.golden_id = d.golden_id
                AND o.id <> d.id AND (o.state IN ('SENDING', 'UNKNOWN', 'ACCEPTED')
                    OR (o.state IN ('PENDING', 'HELD') AND (o.queued_at, o.id) < (d.queued_at, d.id))))))
    ORDER BY d.next_attempt_at, d.id LIMIT %(limit)s FOR NO KEY UPDATE OF d SKIP LOCKED
), claimed AS (
    UPDATE delivery_delivery d SET state = 'SENDING', fence = nextval('delivery_fence'), crashes = d.crashes + 1,
        lease_until = clock_timestamp() + make_interval(secs => %(lease)s), since = clock_timestamp()
    FROM due WHERE d.id = due.id
    RETURNING d.*
)
SELECT d.id, d.fence, d.step, d.connection_id, d.flow_id, d.object, d.golden_id, g.code, g.domain_id,
       v.status, d.version, d.operation, d.mapping_id, m.content_hash, d.push_number, d.cause, d.ids::text,
       v.values::text,
       g.version_number = d.version
           AND NOT EXISTS (SELECT FROM matching_decision x WHERE x.id = d.decision AND x.undone_by_id IS NOT NULL),
       d.tries, d.crashes, d.attempt_count, d.in_doubt,
       ARRAY(SELECT o.payload_hash FROM delivery_delivery o
             WHERE o.connection_id = d.connection_id AND o.object = d.object AND o.golden_id = d.golden_id
               AND o.id <> d.id AND o.in_doubt AND o.version > coalesce(r.confirmed_version, 0)),
       d.payload_hash, d.error_code, d.first_attempt_at,
       (SELECT x.value_as_sent FROM records_crosswalkentry e
        JOIN records_externalid x ON x.id = e.external_id_id JOIN governance_idtype t ON t.id = x.id_type_id
        WHERE e.golden_id = d.golden_id AND coalesce(e.ended_at, 'infinity') = 'infinity'
          AND t.system_id = d.connection_id AND t.domain_id = g.domain_id
        ORDER BY (x.value_as_sent = r.target_key) DESC NULLS LAST, e.opened_at, e.id LIMIT 1),
       EXISTS (SELECT FROM governance_idtype t WHERE t.system_id = d.connection_id AND t.domain_id = g.domain_id),
       coalesce(r.target_key, ''), coalesce(r.etag, ''), coalesce(r.confirmed_hash, ''), r.confirmed_fields::text
FROM claimed d
JOIN records_goldenrecord g ON g.id = d.golden_id
JOIN records_goldenversion v ON v.golden_id = d.golden_id AND v.number = d.version
JOIN flows_mappingversion m ON m.id = d.mapping_id
LEFT JOIN targets_targetrecord r ON r.connection_id = d.connection_id AND r.object = d.object AND r.scope = ''
    AND r.golden_id = d.golden_id
ORDER BY d.next_attempt_at, d.id
"""
_SPEND = """
UPDATE targets_connection SET budget_day = %(today)s,
    used_today = CASE WHEN budget_day = %(today)s THEN used_today ELSE 0 END + %(count)s
WHERE system_id = %(connection)s AND daily_budget IS NOT NULL
"""


@transaction.atomic(durable=True)
def claim(*, system: str, limit: int, alone: bool = False) -> list[Claimed]:
    """Up to `limit` due deliveries for `system` are the caller's to make, as far as its switches, pauses, breaker,
    slots and budget allow; nobody else has any of them. `alone` takes one that lost its workers before, and only that.

    A claim counts as a crash until it is settled, so that one that kills its worker is counted too.
    """
    found = _valve(system)
    if found is None:
        return []
    valve, now, under_way = found
    allowed = _allowed(valve, under_way, now, limit, alone=alone)
    if allowed.count <= 0:
        return []
    if allowed.probes:
        _run("UPDATE targets_connection SET breaker = 'HALF_OPEN' WHERE system_id = %(connection)s", connection=system)
    claimed = _taken(system, allowed.count, alone=alone)
    if claimed and valve.daily_budget is not None:
        _run(_SPEND, connection=system, today=now.astimezone(dt.UTC).date(), count=len(claimed))
    point("delivery.in_claim")
    return claimed


def _valve(system: str) -> tuple[Valve, dt.datetime, int] | None:
    """Hold the connection and return how it stands; None while somebody else holds it."""
    for pause in (*PAUSES, None):
        for *told, now, under_way in fetch_prepared(_VALVE, {"connection": system}):
            return Valve(*told), now, under_way
        if pause is not None:
            time.sleep(pause)
    return None


def _taken(system: str, count: int, *, alone: bool) -> list[Claimed]:
    lease, began = limits.lease_seconds(), time.monotonic()
    wanted = {"connection": system, "limit": count, "lease": lease, "alone": alone, "suspect": limits.SUSPECT_CRASHES}
    return [_claimed(row, began + lease) for row in fetch_prepared(_CLAIM, wanted)]


def _run(statement: str, **parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def _allowed(valve: Valve, under_way: int, now: dt.datetime, limit: int, *, alone: bool) -> Opening:
    found = opening(valve, under_way=under_way, now=now)
    return Opening(min(found.count, 1 if alone else limit), found.reason, found.probes)


_TOLD = (
    *("id", "fence", "step", "connection", "flow", "object", "golden", "code", "domain", "status"),
    *("version", "operation", "mapping", "mapping_hash", "push_number", "cause", "ids", "values", "fresh", "tries"),
    *(
        "crashes",
        "attempts",
        "in_doubt",
        "never_told",
        "payload_hash",
        "error_code",
        "first_attempt_at",
        "entry_key",
        "has_id_type",
    ),
    *("confirmed_key", "etag", "confirmed_hash", "confirmed_fields"),
)


def _claimed(row: Sequence[Any], held_until: float) -> Claimed:
    told = dict(zip(_TOLD, row, strict=True))
    for name in ("ids", "values", "confirmed_fields"):
        told[name] = None if told[name] is None else json.loads(told[name])
    # Where the crosswalk keeps this system's identifiers it alone says which record is meant.
    entry_key, has_id_type = told.pop("entry_key"), told.pop("has_id_type")
    told["target_key"] = entry_key if has_id_type else told["confirmed_key"] or None
    if told["target_key"] != (told["confirmed_key"] or None):
        told |= {"etag": "", "confirmed_hash": "", "confirmed_fields": None}
    return Claimed(held_until=held_until, **told)


_RELEASE = """
UPDATE delivery_delivery d SET lease_until = NULL, crashes = greatest(0, d.crashes - 1), since = clock_timestamp(),
    state = CASE WHEN d.step = 'CONFIRM' THEN 'ACCEPTED' WHEN d.in_doubt THEN 'UNKNOWN' ELSE 'PENDING' END,
    next_attempt_at = clock_timestamp() + make_interval(secs => %s)
FROM unnest(%s::uuid[], %s::bigint[]) AS mine (id, fence)
WHERE d.id = mine.id AND d.fence = mine.fence AND d.state = 'SENDING'
"""


def release(*, claimed: Sequence[Claimed], delay: float = 0.0) -> int:
    """What was claimed and not begun waits again; another's by now is let be. Returns how many wait."""
    if not claimed:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_RELEASE, [delay, [one.id for one in claimed], [one.fence for one in claimed]])
        return int(cursor.rowcount)
