"""What the next version of a golden record is: reads, and pure functions that a preview shares with the commit."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.db import connection

from mdm.engine.survivorship import Claim
from mdm.records.observation import Values
from mdm.records.pinned import pinned_values
from mdm.records.projection import Linked, Projector, linked_records

LIVING = ("CANDIDATE", "ACTIVE")


@dataclass(frozen=True, slots=True)
class Standing:
    """A golden record as its last version left it; number 0 for one that is to be born. `reachable` says whether an
    identifier leads to it now, `released` whether it ever was.
    """

    golden: int
    code: str
    status: str
    number: int
    revision: int
    released: bool
    values: Values
    provenance: dict[str, Any]
    sources: list[list[int]]
    reachable: bool


@dataclass(frozen=True, slots=True)
class MadeOf:
    """What golden records are made of: linked source records and pins, by golden record."""

    linked: Mapping[int, list[Linked]]
    pins: Mapping[int, list[Claim]]


@dataclass(slots=True)
class NextVersion:
    """A golden record's next version, and whether it says anything that the last one did not."""

    standing: Standing
    number: int
    status: str
    values: Values
    provenance: dict[str, Any]
    sources: list[list[int]]
    revision: int

    @property
    def golden(self) -> int:
        return self.standing.golden

    @property
    def differs(self) -> bool:
        """Whether there is anything to cut a version for. Another version of a source record alone is not."""
        last = self.standing
        return (
            last.number == 0
            or last.status != self.status
            or last.values != self.values
            or last.provenance != self.provenance
            or [pair[0] for pair in last.sources] != [pair[0] for pair in self.sources]
        )


Release = Callable[[Sequence[NextVersion]], Collection[int]]
"""Of the next versions of golden records that would be CANDIDATE, tells the ids of those to be released with it."""


@dataclass(frozen=True, slots=True)
class Reshaping:
    """How an act changes golden records. `moved`: their entries open or end; `statuses`: what becomes of them;
    `born`: codes of records that begin with it; `release`: which are released with it.
    """

    moved: Collection[int] = ()
    statuses: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    born: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    release: Release | None = None


_STANDINGS = """
SELECT g.id, g.code, g.status, g.version_number, g.crosswalk_revision, g.released_at IS NOT NULL,
       coalesce(v.values, '{}'), v.provenance, v.sources,
       EXISTS (SELECT 1 FROM records_crosswalkentry c WHERE c.golden_id = g.id AND c.ended_at IS NULL)
FROM records_goldenrecord g JOIN records_goldenversion v ON v.golden_id = g.id AND v.number = g.version_number
WHERE g.id = ANY(%s::bigint[]) ORDER BY g.id
"""


def standings_of(goldens: Iterable[int]) -> list[Standing]:
    """Return how each golden record stands."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDINGS, [list(goldens)])
        rows = cursor.fetchall()
    return [
        Standing(
            golden=golden,
            code=code,
            status=status,
            number=number,
            revision=revision,
            released=released,
            values=json.loads(values),
            provenance=json.loads(provenance),
            sources=json.loads(sources),
            reachable=reachable,
        )
        for golden, code, status, number, revision, released, values, provenance, sources, reachable in rows
    ]


def made_of(goldens: Collection[int], at: datetime) -> MadeOf:
    """Return what each golden record is made of now."""
    return MadeOf(linked_records(goldens), pinned_values(goldens, at))


def newborn(golden: int, code: str) -> Standing:
    """Return how a golden record stands that does not exist yet."""
    return Standing(golden, code, "CANDIDATE", 0, 0, False, {}, {}, [], True)


def next_versions(
    standings: Iterable[Standing], made: MadeOf, projector: Projector, change: Reshaping
) -> list[NextVersion]:
    """Return the next version of each golden record. One that no identifier leads to any more is RETIRED and keeps its
    last values; one that is led to again is CANDIDATE.
    """
    versions = [_next(standing, made, projector, change) for standing in standings]
    if change.release is not None:
        candidates = [version for version in versions if version.status == "CANDIDATE"]
        released = change.release(candidates) if candidates else ()
        for version in candidates:
            if version.golden in released:
                version.status = "ACTIVE"
    return versions


def _next(standing: Standing, made: MadeOf, projector: Projector, change: Reshaping) -> NextVersion:
    linked, pins = made.linked.get(standing.golden, []), made.pins.get(standing.golden, [])
    values, provenance = standing.values, standing.provenance
    if linked or (standing.reachable and pins):
        values, provenance = projector.project(linked, pins)
    elif standing.reachable:
        values, provenance = {}, {}
    return NextVersion(
        standing=standing,
        number=standing.number + 1,
        status=_status(change.statuses.get(standing.golden, standing.status), reachable=standing.reachable),
        values=values,
        provenance=provenance,
        sources=[[one.source_record, one.version] for one in linked],
        revision=standing.revision + (standing.golden in change.moved),
    )


def _status(wanted: str, *, reachable: bool) -> str:
    if wanted in LIVING and not reachable:
        return "RETIRED"
    return "CANDIDATE" if wanted == "RETIRED" and reachable else wanted
