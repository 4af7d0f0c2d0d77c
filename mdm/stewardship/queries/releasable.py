"""Golden records that nothing keeps from being released."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection

from mdm.governance.queries import active_pack
from mdm.matching.queries.due import matching_of
from mdm.stewardship.releasing import BLOCKING_CODES, HELD_CLASSES

# The match pass has come by for every source record, no question is open, nothing required is missing, nothing holds.
_RELEASABLE = """
SELECT g.id FROM records_goldenrecord g
JOIN records_goldenversion v ON v.golden_id = g.id AND v.number = g.version_number
WHERE g.domain_id = %(domain)s AND g.status = 'CANDIDATE' AND g.id > %(after)s
  AND NOT EXISTS (SELECT 1 FROM stewardship_taskmember m WHERE m.golden_id = g.id AND m.open)
  AND NOT EXISTS (
    SELECT 1 FROM records_crosswalkentry c
    JOIN records_sourcerecord s ON s.external_id_id = c.external_id_id AND NOT s.deleted
    LEFT JOIN matching_matchstate m ON m.source_record_id = s.id
    WHERE c.golden_id = g.id AND c.ended_at IS NULL
      AND ((%(rule_set)s::bigint IS NOT NULL AND (m.version, m.generation, m.rule_set_id)
            IS DISTINCT FROM (s.in_force, s.generation, %(rule_set)s::bigint))
        OR EXISTS (SELECT 1 FROM records_finding f WHERE f.source_record_id = s.id AND f.status <> 'CLOSED'
                   AND f.kind = 'QUALITY' AND f.code = ANY(%(blocking)s))))
  AND NOT EXISTS (SELECT 1 FROM unnest(%(held)s::jsonb[]) AS held WHERE v.values @> held)
ORDER BY g.id LIMIT %(limit)s
"""


def releasable(domain: str, *, after: int = 0, limit: int = 500) -> list[int]:
    """Return CANDIDATE golden records of the domain that nothing keeps from being released, by id, above `after`."""
    matching = matching_of(domain)
    parameters: dict[str, Any] = {
        "domain": domain,
        "after": after,
        "limit": limit,
        "rule_set": matching.rule_set if matching else None,
        "blocking": list(BLOCKING_CODES),
        "held": _held(domain),
    }
    with connection.cursor() as cursor:
        cursor.execute(_RELEASABLE, parameters)
        return [golden for (golden,) in cursor.fetchall()]


def _held(domain: str) -> list[str]:
    """What a golden record shows that is not released, as JSON."""
    pack = active_pack(domain)
    strict = [{path: one.strictness[-1]} for path, one in pack.attributes.items() if one.strictness]
    return [json.dumps(one) for one in [*strict, *({"record_class": name} for name in sorted(HELD_CLASSES))]]
