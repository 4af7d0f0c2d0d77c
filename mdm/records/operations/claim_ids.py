"""Take identifiers never seen before."""

from __future__ import annotations

from typing import Final, LiteralString

from mdm.kernel.prepared import fetch_prepared
from mdm.records.identifiers import Key

_CLAIM: Final[LiteralString] = """
INSERT INTO records_externalid (id_type_id, scope, value, value_as_sent, created_at)
SELECT %(id_type)s, scope, value, as_sent, clock_timestamp()
FROM unnest(%(scopes)s::text[], %(values)s::text[], %(sent)s::text[]) AS sent(scope, value, as_sent)
ORDER BY scope, value
ON CONFLICT DO NOTHING RETURNING scope, value, id
"""


def claim_ids(*, id_type: int, sent: dict[Key, str]) -> dict[Key, int]:
    """Register identifiers never seen before and return those that are ours; another's at the same moment is left out.

    Identifiers are taken in one order by everyone, before any golden record is locked: two ingests never deadlock.
    """
    if not sent:
        return {}
    keys = list(sent)
    columns = {"scopes": [key[0] for key in keys], "values": [key[1] for key in keys], "sent": [*sent.values()]}
    return {(scope, value): pk for scope, value, pk in fetch_prepared(_CLAIM, {"id_type": id_type, **columns})}
