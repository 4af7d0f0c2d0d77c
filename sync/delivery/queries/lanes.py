"""How golden records and their lanes stand, for any number of them in a fixed number of statements."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, LiteralString

from django.db import connection

from mdm.kernel.prepared import fetch_prepared
from sync.delivery.wanted import FlowView, GoldenState, Lane, Latest
from sync.flows.mappings import content_by_id, id_names
from sync.flows.record_filter import compile_filter

LaneKey = tuple[str, str, int]

_FLOWS: Final[LiteralString] = """
SELECT f.code, f.target_id, f.domain_id, f.object, f.mapping_id, m.content_hash, f.mode, f.schedule <> '',
       f.loser_policy, f.record_filter::text
FROM flows_flow f JOIN flows_mappingversion m ON m.id = f.mapping_id
WHERE f.direction = 'OUT' AND f.mode <> 'OFF' AND (%(codes)s::text[] IS NULL OR f.code = ANY(%(codes)s::text[]))
ORDER BY f.code
"""
_GOLDENS = """
SELECT g.id, g.code, g.domain_id, g.status, g.version_number, g.crosswalk_revision,
       CASE WHEN g.status = 'ACTIVE' THEN v.values END
FROM records_goldenrecord g JOIN records_goldenversion v ON v.golden_id = g.id AND v.number = g.version_number
WHERE g.id = ANY(%s::bigint[]) AND g.released_at IS NOT NULL ORDER BY g.id
"""
_IDS = """
SELECT c.golden_id, t.system_id || '/' || t.name, x.value_as_sent FROM records_crosswalkentry c
JOIN records_externalid x ON x.id = c.external_id_id JOIN governance_idtype t ON t.id = x.id_type_id
WHERE c.golden_id = ANY(%s::bigint[]) AND c.ended_at IS NULL AND t.system_id || '/' || t.name = ANY(%s::text[])
ORDER BY c.opened_at, c.id
"""
_LATEST = """
SELECT DISTINCT ON (golden_id, connection_id, object, operation) connection_id, object, golden_id, operation, version,
       crosswalk_revision, mapping_id, push_number, state, ids
FROM delivery_delivery WHERE golden_id = ANY(%s::bigint[])
ORDER BY golden_id, connection_id, object, operation, queued_at DESC, id DESC
"""
_THERE = (
    "SELECT connection_id, object, golden_id, blocked FROM targets_targetrecord WHERE golden_id = ANY(%s::bigint[])"
)


def carrying_flows(*, codes: Sequence[str] | None = None) -> list[FlowView]:
    """Return the flows from the hub that are active or in shadow, or those of them in `codes`."""
    asked = None if codes is None else list(codes)
    return [_view(*row) for row in fetch_prepared(_FLOWS, {"codes": asked})]


@lru_cache(maxsize=256)
def _view(
    code: str,
    connection: str,
    domain: str,
    object: str,
    mapping: int,
    content_hash: str,
    mode: str,
    scheduled: bool,
    loser_policy: str,
    record_filter: str,
) -> FlowView:
    """A flow that stands as it did is not taken apart again."""
    accepts, ids = compile_filter(json.loads(record_filter)), id_names(content_by_id(mapping, content_hash))
    return FlowView(code, connection, domain, object, mapping, mode, scheduled, loser_policy, accepts, ids)


def goldens_as_they_stand(goldens: Iterable[int], ids_named: Iterable[str]) -> list[GoldenState]:
    """Return those of the golden records that were ever released, with their identifiers of these names."""
    wanted, names = list(goldens), sorted(set(ids_named))
    ids: dict[int, dict[str, str]] = defaultdict(dict)
    with connection.cursor() as cursor:
        if names:
            cursor.execute(_IDS, [wanted, names])
            for golden, name, value in cursor.fetchall():
                ids[golden].setdefault(name, value)
        cursor.execute(_GOLDENS, [wanted])
        return [
            GoldenState(pk, code, domain, status, version, revision, json.loads(values or "{}"), ids.get(pk, {}))
            for pk, code, domain, status, version, revision, values in cursor.fetchall()
        ]


def lanes_of(goldens: Iterable[int]) -> dict[LaneKey, Lane]:
    """Return what the lanes of the golden records hold; an empty one is left out."""
    wanted = list(goldens)
    latest: dict[LaneKey, dict[str, Latest]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_THERE, [wanted])
        blocked = {(system, object_, golden): is_blocked for system, object_, golden, is_blocked in cursor.fetchall()}
        cursor.execute(_LATEST, [wanted])
        for system, object_, golden, operation, version, revision, mapping, push, state, ids in cursor.fetchall():
            last = Latest(version, revision, mapping, push, state, json.loads(ids))
            latest[system, object_, golden][operation] = last
    return {key: Lane(latest.get(key, {}), blocked.get(key)) for key in {*latest, *blocked}}
