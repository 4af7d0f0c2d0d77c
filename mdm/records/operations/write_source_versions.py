"""Add what systems said to history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from mdm.engine.canonical import canonical_json
from mdm.kernel.copying import copy_rows
from mdm.kernel.errors import Conflict
from mdm.kernel.sequences import take_ids
from mdm.records.observation import Values
from mdm.records.sealing import instant, salts, seal, source_content

_COLUMNS = (
    "id",
    "digest",
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
)


@dataclass(slots=True)
class SourceWrite:
    """A version to add to one source record, and how the record stands after it: `gone` when its system has deleted it;
    a `late` version leaves it as it stood.
    """

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
    gone: bool = False
    late: bool = False


def write_source_versions(writes: Sequence[SourceWrite], *, event: int, at: datetime) -> list[tuple[int, bytes]]:
    """Every version in `writes` is stored under `event`; returns (version id, digest) of each, for the event's seal."""
    ids = take_ids("records_sourceversion", len(writes))
    recorded_at = instant(at)
    rows = [
        (pk, *_sealed(write, salt, recorded_at), at, event, salt)
        for pk, salt, write in zip(ids, salts(len(writes)), writes, strict=True)
    ]
    copy_rows("records_sourceversion", _COLUMNS, rows)
    return [(pk, digest) for pk, digest, *_ in rows]


def _sealed(write: SourceWrite, salt: bytes, recorded_at: bytes) -> tuple[Any, ...]:
    """The digest of a version, and the columns it covers in the order of `_COLUMNS`."""
    standardised, counted = _json(write.standardised), _json(write.counted)
    content = source_content(
        source_record_id=write.source_record,
        number=write.number,
        generation=write.generation,
        values=write.content,
        standardised=standardised or b"null",
        counted=counted or b"null",
        deleted=write.deleted,
        changed_at=instant(write.changed_at),
        recorded_at=recorded_at,
    )
    return (
        seal(salt, content),
        write.source_record,
        write.number,
        write.generation,
        write.content.decode(),
        standardised and standardised.decode(),
        counted and counted.decode(),
        write.deleted,
        write.changed_at,
    )


def _json(values: Values | None) -> bytes | None:
    return None if values is None else canonical_json(values)


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
                w.gone,
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
                [w.gone for w in writes],
                [w.latest_change for w in writes],
            ],
        )
        if cursor.rowcount != len(writes):
            raise Conflict("A source record was changed by another act at the same moment.", remedy="Send it again.")


_HEAR_AGAIN = """
UPDATE records_sourcerecord s SET changed_at = u.changed_at
FROM unnest(%s::bigint[], %s::timestamptz[]) AS u(id, changed_at)
WHERE s.id = u.id AND (s.changed_at IS NULL OR s.changed_at < u.changed_at)
"""


def hear_again(heard: Mapping[int, datetime]) -> None:
    """Every source record in `heard` stands as of the time its system confirmed it: older news arrive late from now on.

    The caller holds their identifiers.
    """
    if heard:
        with connection.cursor() as cursor:
            cursor.execute(_HEAR_AGAIN, [list(heard), list(heard.values())])
