"""How golden records and their lanes stand, for any number of them in a fixed number of statements."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import connection

from sync.delivery.wanted import FlowView, GoldenState, Lane, Latest
from sync.flows.mappings import content_of, id_names
from sync.flows.models import Direction, Flow, FlowMode
from sync.flows.record_filter import compile_filter

LaneKey = tuple[str, str, int]

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
    flows = Flow.objects.filter(direction=Direction.OUT).exclude(mode=FlowMode.OFF).select_related("mapping")
    if codes is not None:
        flows = flows.filter(pk__in=codes)
    return [flow_view(flow) for flow in flows.order_by("pk")]


def flow_view(flow: Flow) -> FlowView:
    """Return the flow as the fan-out sees it; it has a mapping."""
    assert flow.mapping is not None
    return FlowView(
        code=flow.pk,
        connection=flow.target_id,
        domain=flow.domain_id,
        object=flow.object,
        mapping=flow.mapping.pk,
        mode=flow.mode,
        scheduled=bool(flow.schedule),
        loser_policy=flow.loser_policy,
        accepts=compile_filter(flow.record_filter),
        ids=id_names(content_of(flow.mapping)),
    )


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
