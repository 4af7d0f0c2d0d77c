"""What a comparison found: kept once per field, and closed when it is gone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from sync.reconciliation.compare import FieldDrift

# An ignored one stays ignored until its time is over; one that was found before only learns what it is now.
_NOTE = """
INSERT INTO reconciliation_driftfinding AS f (connection_id, object, golden_id, target_key, target_field, path, cause,
    status, found, run_id, found_at)
SELECT %(connection)s, %(object)s, u.golden, u.key, u.field, u.path, u.cause, 'OPEN', u.found::jsonb, %(run)s,
    clock_timestamp()
FROM unnest(%(goldens)s::bigint[], %(keys)s::text[], %(fields)s::text[], %(paths)s::text[], %(causes)s::text[],
            %(found)s::text[]) AS u (golden, key, field, path, cause, found)
ON CONFLICT (connection_id, object, golden_id, target_field) WHERE status IN ('OPEN', 'IGNORED') DO UPDATE SET
    cause = EXCLUDED.cause, found = EXCLUDED.found, run_id = EXCLUDED.run_id, target_key = EXCLUDED.target_key,
    status = CASE WHEN f.status = 'IGNORED' AND f.ignore_until > clock_timestamp() THEN 'IGNORED' ELSE 'OPEN' END,
    ignore_until = CASE WHEN f.status = 'IGNORED' AND f.ignore_until > clock_timestamp() THEN f.ignore_until END
RETURNING (xmax = 0)
"""
_GONE = """
UPDATE reconciliation_driftfinding f SET status = 'GONE', closed_at = clock_timestamp(), ignore_until = NULL
WHERE f.connection_id = %(connection)s AND f.object = %(object)s AND f.golden_id = ANY(%(looked_at)s::bigint[])
  AND f.status IN ('OPEN', 'IGNORED')
  AND NOT EXISTS (SELECT FROM unnest(%(goldens)s::bigint[], %(fields)s::text[]) AS u (golden, field)
                  WHERE u.golden = f.golden_id AND u.field = f.target_field)
"""


@dataclass(frozen=True, slots=True)
class Found:
    """One difference of one record."""

    golden: int
    target_key: str
    drift: FieldDrift


def note_drift(
    *, system: str, object: str, run: UUID, looked_at: Iterable[int], found: Sequence[Found]
) -> Mapping[str, int]:
    """Of the golden records looked at, each difference is an open finding, and what differs no more is closed. Lives in
    the caller's transaction. Returns how many are new and how many are gone.
    """
    parameters: dict[str, Any] = {
        "connection": system,
        "object": object,
        "run": run,
        "looked_at": sorted(set(looked_at)),
        "goldens": [one.golden for one in found],
        "keys": [one.target_key[:200] for one in found],
        "fields": [one.drift.field[:200] for one in found],
        "paths": [one.drift.path[:200] for one in found],
        "causes": [str(one.drift.cause) for one in found],
        "found": [_values(one.drift) for one in found],
    }
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, parameters)
        new = sum(is_new for (is_new,) in cursor.fetchall())
        cursor.execute(_GONE, parameters)
        return {"found": new, "gone": cursor.rowcount}


def _values(drift: FieldDrift) -> str:
    values = {"confirmed": drift.confirmed, "target": drift.target, "golden": drift.golden}
    return json.dumps(values, default=str)
