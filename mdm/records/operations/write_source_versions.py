"""Add what systems said to history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from mdm.engine.canonical import canonical_json
from mdm.kernel.copying import copy_rows
from mdm.kernel.errors import Conflict
from mdm.kernel.sequences import take_ids
from mdm.records.observation import Values
from mdm.records.sealing import instant, salts, seal, source_content

_COLUMNS = (
    "id",
    "source_record_id",
    "number",
    "generation",
    "values",
    "standardised",
    "counted",
    "deleted",
    "changed_at",
    "recorded_at",
    "event_id",
    "salt",
    "digest",
)


@dataclass(slots=True)
class SourceWrite:
    """A version to add to one source record, and how the record stands after it."""

    source_record: int
    external_id: int
    number: int
    generation: int
    current: int
    in_force: int
    values: Values
    content: bytes
    standardised: Values | None
    counted: Values | None
    deleted: bool
    changed_at: datetime | None
    content_hash: bytes | None
    latest_change: datetime | None


def write_source_versions(writes: Sequence[SourceWrite], *, event: int, at: datetime) -> list[tuple[int, bytes]]:
    """Every version in `writes` is stored under `event`; returns (version id, digest) of each, for the event's seal."""
    ids = take_ids("records_sourceversion", len(writes))
    recorded_at = instant(at)
    rows, sealed = [], []
    for pk, salt, write in zip(ids, salts(len(writes)), writes, strict=True):
        standardised = b"null" if write.standardised is None else canonical_json(write.standardised)
        counted = b"null" if write.counted is None else canonical_json(write.counted)
        digest = seal(
            salt,
            source_content(
                source_record_id=write.source_record,
                number=write.number,
                generation=write.generation,
                values=write.content,
                standardised=standardised,
                counted=counted,
                deleted=write.deleted,
                changed_at=instant(write.changed_at),
                recorded_at=recorded_at,
            ),
        )
        rows.append(
            (
                pk,
                write.source_record,
                write.number,
                write.generation,
                write.content.decode(),
                None if write.standardised is None else standardised.decode(),
                None if write.counted is None else counted.decode(),
                write.deleted,
                write.changed_at,
                at,
                event,
                salt,
                digest,
            )
        )
        sealed.append((pk, digest))
    copy_rows("records_sourceversion", _COLUMNS, rows)
    return sealed


def open_source_records(writes: Sequence[SourceWrite], *, domain: str) -> None:
    """Every source record first heard of in `writes` exists, as its first version leaves it."""
    copy_rows(
        "records_sourcerecord",
        (
            "id",
            "external_id_id",
            "domain_id",
            "generation",
            "version_number",
            "current",
            "in_force",
            "content_hash",
            "deleted",
            "changed_at",
        ),
        (
            (
                w.source_record,
                w.external_id,
                domain,
                w.generation,
                w.number,
                w.current,
                w.in_force,
                w.content_hash,
                w.deleted,
                w.latest_change,
            )
            for w in writes
        ),
    )


_ADVANCE = """
UPDATE records_sourcerecord s
SET generation = u.generation, version_number = u.number, current = u.current, in_force = u.in_force,
    content_hash = u.content_hash, deleted = u.deleted, changed_at = u.changed_at
FROM unnest(%s::bigint[], %s::int[], %s::int[], %s::int[], %s::int[], %s::bytea[], %s::boolean[], %s::timestamptz[])
     AS u(id, generation, number, current, in_force, content_hash, deleted, changed_at)
WHERE s.id = u.id AND s.version_number = u.number - 1
"""


def advance_source_records(writes: Sequence[SourceWrite]) -> None:
    """Every source record in `writes` stands where its new version leaves it.

    Raises: Conflict when another act added a version in between.
    """
    if not writes:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _ADVANCE,
            [
                [w.source_record for w in writes],
                [w.generation for w in writes],
                [w.number for w in writes],
                [w.current for w in writes],
                [w.in_force for w in writes],
                [w.content_hash for w in writes],
                [w.deleted for w in writes],
                [w.latest_change for w in writes],
            ],
        )
        if cursor.rowcount != len(writes):
            raise Conflict("A source record was changed by another act at the same moment.", remedy="Send it again.")
