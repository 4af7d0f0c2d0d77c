"""The bytes a version is sealed by: what `verify_audit` recomputes from the stored row."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from datetime import datetime

from mdm.engine.canonical import canonical_json
from mdm.events.history import HistoryTable
from mdm.records.observation import Values

SALT_BYTES = 16
SOURCE_VERSIONS = HistoryTable(
    table="records_sourceversion",
    covered=(
        "changed_at",
        "counted",
        "deleted",
        "generation",
        "number",
        "recorded_at",
        "source_record_id",
        "standardised",
        "values",
    ),
)
GOLDEN_VERSIONS = HistoryTable(
    table="records_goldenversion",
    covered=(
        "golden_id",
        "number",
        "provenance",
        "recorded_at",
        "rule_set_id",
        "sources",
        "status",
        "values",
    ),
)


def content_of(values: Values) -> bytes:
    """Return the canonical JSON of what is said; a cleared value is not said."""
    if None in values.values():
        values = {path: value for path, value in values.items() if value is not None}
    return canonical_json(values)


def salts(count: int) -> Iterator[bytes]:
    """Yield `count` random salts from one read of the system's entropy."""
    pool = os.urandom(SALT_BYTES * count)
    return (pool[start : start + SALT_BYTES] for start in range(0, len(pool), SALT_BYTES))


def instant(moment: datetime | None) -> bytes:
    """Return the moment as canonical JSON: UTC with microseconds, or null."""
    return canonical_json(moment)


def seal(salt: bytes, content: bytes) -> bytes:
    """Return sha256 over salt and content."""
    return hashlib.sha256(salt + content).digest()


def source_content(
    *,
    source_record_id: int,
    number: int,
    generation: int,
    values: bytes,
    standardised: bytes,
    counted: bytes,
    deleted: bool,
    changed_at: bytes,
    recorded_at: bytes,
) -> bytes:
    """Return the canonical JSON of a source version's covered columns, from parts that are JSON already."""
    return (
        b'{"changed_at":%b,"counted":%b,"deleted":%b,"generation":%d,"number":%d,"recorded_at":%b,'
        b'"source_record_id":%d,"standardised":%b,"values":%b}'
    ) % (
        changed_at,
        counted,
        b"true" if deleted else b"false",
        generation,
        number,
        recorded_at,
        source_record_id,
        standardised,
        values,
    )


def golden_content(
    *,
    golden_id: int,
    number: int,
    provenance: bytes,
    recorded_at: bytes,
    rule_set_id: int,
    sources: bytes,
    status: str,
    values: bytes,
) -> bytes:
    """Return the canonical JSON of a golden version's covered columns, from parts that are JSON already."""
    return (
        b'{"golden_id":%d,"number":%d,"provenance":%b,"recorded_at":%b,"rule_set_id":%d,"sources":%b,'
        b'"status":"%b","values":%b}'
    ) % (golden_id, number, provenance, recorded_at, rule_set_id, sources, status.encode(), values)
