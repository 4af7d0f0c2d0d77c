"""Cut versions of golden records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from mdm.engine.canonical import canonical_json
from mdm.kernel.copying import copy_rows
from mdm.kernel.errors import Conflict
from mdm.kernel.sequences import take_ids
from mdm.records.observation import Values
from mdm.records.sealing import golden_content, instant, salts, seal

_COLUMNS = (
    "id",
    "digest",
    "golden_id",
    "number",
    "status",
    "values",
    "provenance",
    "sources",
    "rule_set_id",
    "recorded_at",
    "event_id",
    "salt",
)


@dataclass(slots=True)
class GoldenWrite:
    """A version to cut of one golden record; `revision` is the crosswalk revision it then has."""

    golden: int
    number: int
    status: str
    values: Values
    provenance: dict[str, Any]
    sources: list[list[int]]
    revision: int
    uuid: UUID | None = None
    code: str = field(default="")


def write_golden_versions(
    writes: Sequence[GoldenWrite], *, rule_set: int, event: int, at: datetime
) -> list[tuple[int, bytes]]:
    """Every version in `writes` is stored under `event`; returns (version id, digest) of each, for the event's seal."""
    ids = take_ids("records_goldenversion", len(writes))
    recorded_at = instant(at)
    rows = [
        (pk, *_sealed(write, salt, recorded_at, rule_set), rule_set, at, event, salt)
        for pk, salt, write in zip(ids, salts(len(writes)), writes, strict=True)
    ]
    copy_rows("records_goldenversion", _COLUMNS, rows)
    return [(pk, digest) for pk, digest, *_ in rows]


def _sealed(write: GoldenWrite, salt: bytes, recorded_at: bytes, rule_set: int) -> tuple[Any, ...]:
    """The digest of a version, and the columns it covers in the order of `_COLUMNS`."""
    values, provenance = canonical_json(write.values), canonical_json(write.provenance)
    sources = canonical_json(write.sources)
    content = golden_content(
        golden_id=write.golden,
        number=write.number,
        provenance=provenance,
        recorded_at=recorded_at,
        rule_set_id=rule_set,
        sources=sources,
        status=write.status,
        values=values,
    )
    return (
        seal(salt, content),
        write.golden,
        write.number,
        write.status,
        values.decode(),
        provenance.decode(),
        sources.decode(),
    )


def open_goldens(writes: Sequence[GoldenWrite], *, domain: str, at: datetime) -> None:
    """Every golden record first cut in `writes` exists under its code."""
    copy_rows(
        "records_goldenrecord",
        (
            "id",
            "uuid",
            "code",
            "domain_id",
            "status",
            "version_number",
            "crosswalk_revision",
            "created_at",
            "released_at",
        ),
        (
            (w.golden, w.uuid, w.code, domain, w.status, w.number, w.revision, at, at if w.status == "ACTIVE" else None)
            for w in writes
        ),
    )


_ADVANCE = """
UPDATE records_goldenrecord g SET status = u.status, version_number = u.number, crosswalk_revision = u.revision,
       released_at = CASE WHEN u.status = 'ACTIVE' THEN coalesce(g.released_at, %s) ELSE g.released_at END
FROM unnest(%s::bigint[], %s::text[], %s::int[], %s::int[]) AS u(id, status, number, revision)
WHERE g.id = u.id AND g.version_number = u.number - 1
"""


def advance_goldens(writes: Sequence[GoldenWrite], *, at: datetime) -> None:
    """Every golden record in `writes` stands at its new version; one that is ACTIVE the first time is released `at`.

    Raises: Conflict when another act cut a version in between.
    """
    if not writes:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _ADVANCE,
            [
                at,
                [w.golden for w in writes],
                [w.status for w in writes],
                [w.number for w in writes],
                [w.revision for w in writes],
            ],
        )
        if cursor.rowcount != len(writes):
            raise Conflict("A golden record was changed by another act at the same moment.", remedy="Send it again.")
