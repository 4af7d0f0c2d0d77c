"""Bring golden records up to date with what they are made of."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from mdm.records.observation import Values
from mdm.records.operations.write_golden_versions import GoldenWrite, advance_goldens, write_golden_versions
from mdm.records.projection import Linked, Projector, linked_records, pinned_values

LIVING = ("CANDIDATE", "ACTIVE")


@dataclass(frozen=True, slots=True)
class Standing:
    """A golden record as its last version left it."""

    golden: int
    code: str
    status: str
    number: int
    revision: int
    values: Values
    provenance: dict[str, Any]
    sources: list[list[int]]


_STANDINGS = """
SELECT g.id, g.code, g.status, g.version_number, g.crosswalk_revision,
       coalesce(v.values, '{}'), v.provenance, v.sources,
       EXISTS (SELECT 1 FROM records_crosswalkentry c WHERE c.golden_id = g.id AND c.ended_at IS NULL)
FROM records_goldenrecord g JOIN records_goldenversion v ON v.golden_id = g.id AND v.number = g.version_number
WHERE g.id = ANY(%s::bigint[])
"""


def cut_versions(
    goldens: Iterable[int], *, moved: Collection[int], projector: Projector, event: int, at: datetime
) -> list[tuple[int, bytes]]:
    """Every golden record in `goldens` is the projection of what is linked to it now; a new version is cut where its
    values, provenance, status or linked records changed. `moved` names those whose crosswalk entries opened or ended.

    One that no identifier leads to any more is RETIRED and keeps its last values; one that is led to again is
    CANDIDATE. The caller holds the golden records. Returns (version id, digest) of each version cut.
    """
    subjects = sorted(set(goldens))
    if not subjects:
        return []
    made_of, pins = linked_records(subjects), pinned_values(subjects, at)
    writes, bumped = [], []
    for standing, reachable in _standings(subjects):
        linked = made_of.get(standing.golden, [])
        write = _next(standing, linked, pins.get(standing.golden, []), projector, reachable=reachable)
        write.revision += standing.golden in moved
        if _differs(standing, write):
            writes.append(write)
        elif standing.golden in moved:
            bumped.append(standing.golden)
    _bump_revisions(bumped)
    sealed = write_golden_versions(writes, rule_set=projector.rules.rule_set_id, event=event, at=at)
    advance_goldens(writes)
    return sealed


def _standings(goldens: list[int]) -> list[tuple[Standing, bool]]:
    with connection.cursor() as cursor:
        cursor.execute(_STANDINGS, [goldens])
        return [(Standing(*row[:5], *map(json.loads, row[5:8])), row[8]) for row in cursor.fetchall()]


def _next(
    standing: Standing, linked: list[Linked], pins: list[Any], projector: Projector, *, reachable: bool
) -> GoldenWrite:
    status, values, provenance = standing.status, standing.values, standing.provenance
    if status in LIVING and not reachable:
        status = "RETIRED"
    elif reachable and status == "RETIRED":
        status = "CANDIDATE"
    if linked or (reachable and pins):
        projection = projector.project(linked, pins)
        values, provenance = projection.values, projection.provenance
    elif reachable:
        values, provenance = {}, {}
    return GoldenWrite(
        golden=standing.golden,
        number=standing.number + 1,
        status=status,
        values=values,
        provenance=provenance,
        sources=[[one.source_record, one.version] for one in linked],
        revision=standing.revision,
    )


def _differs(standing: Standing, write: GoldenWrite) -> bool:
    return (
        standing.status != write.status
        or standing.values != write.values
        or standing.provenance != write.provenance
        or [pair[0] for pair in standing.sources] != [pair[0] for pair in write.sources]
    )


def _bump_revisions(goldens: list[int]) -> None:
    if goldens:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE records_goldenrecord SET crosswalk_revision = crosswalk_revision + 1"
                " WHERE id = ANY(%s::bigint[])",
                [goldens],
            )
