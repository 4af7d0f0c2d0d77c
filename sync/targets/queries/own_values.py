"""What systems were given by the hub: said again by them it is no news."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import connection

_CONFIRMED = """
SELECT x.scope, x.value, r.confirmed_values::text
FROM unnest(%s::text[], %s::text[]) AS asked (scope, value)
JOIN records_externalid x ON x.id_type_id = %s AND x.scope = asked.scope AND x.value = asked.value
JOIN records_crosswalkentry e ON e.external_id_id = x.id AND e.ended_at IS NULL
JOIN targets_targetrecord r ON r.golden_id = e.golden_id AND r.connection_id = %s
    AND r.target_key IN ('', x.value, x.value_as_sent)
WHERE r.confirmed_values IS NOT NULL
"""
# Said, and neither counting nor waiting for a person: left out as the hub's own when it was taken in.
_ECHOED = """
SELECT s.id, array_agg(said.path) FROM records_sourcerecord s
JOIN records_externalid x ON x.id = s.external_id_id JOIN governance_idtype t ON t.id = x.id_type_id
JOIN targets_connection c ON c.system_id = t.system_id
JOIN records_sourceversion v ON v.source_record_id = s.id AND v.number = s.in_force
CROSS JOIN LATERAL jsonb_object_keys(v.values) AS said (path)
WHERE s.id = ANY(%s::bigint[]) AND v.counted IS NOT NULL AND jsonb_typeof(v.counted) = 'object'
  AND NOT v.counted ? said.path AND NOT EXISTS (
      SELECT FROM records_finding f WHERE f.source_record_id = s.id AND f.version_number = v.number
      AND f.kind = 'PROPOSED' AND f.path = said.path)
GROUP BY s.id
"""


def confirmed_there(*, system: str, id_type: int, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Any]:
    """Return, for identifiers (scope, canonical value) of the system, the golden values that were confirmed there last
    for the records they lead to; one that was never given anything is left out.
    """
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM targets_targetrecord WHERE connection_id = %s)", [system])
        if not cursor.fetchone()[0]:
            return {}
        scopes, values = [scope for scope, _ in keys], [value for _, value in keys]
        cursor.execute(_CONFIRMED, [scopes, values, id_type, system])
        return {(scope, value): json.loads(given) for scope, value, given in cursor.fetchall()}


def echoed_paths(source_records: Sequence[int]) -> Mapping[int, Collection[str]]:
    """Return, per source record, the paths at which it only returns what the hub gave its system."""
    with connection.cursor() as cursor:
        cursor.execute(_ECHOED, [list(source_records)])
        return {record: set(paths) for record, paths in cursor.fetchall()}
