"""Keep what a person should know about source records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from mdm.kernel.copying import copy_rows


@dataclass(slots=True)
class FindingDraft:
    """A finding about one version of a source record; `path` is empty when it is about the whole."""

    source_record: int
    version_number: int
    kind: str
    code: str
    path: str = ""


def add_findings(drafts: Sequence[FindingDraft], *, at: datetime) -> None:
    """Every finding in `drafts` is open."""
    if drafts:
        copy_rows(
            "records_finding",
            ("source_record_id", "version_number", "kind", "path", "code", "status", "created_at"),
            ((d.source_record, d.version_number, d.kind, d.path, d.code, "OPEN", at) for d in drafts),
        )


_CLOSE = """
UPDATE records_finding f SET status = 'CLOSED', closed_at = %s
FROM unnest(%s::bigint[], %s::int[]) AS u(source_record, in_force)
WHERE f.source_record_id = u.source_record AND f.status = 'OPEN' AND f.version_number <> u.in_force
"""


def close_findings(in_force: Mapping[int, int], *, at: datetime) -> None:
    """Of the source records in `in_force`, only the version named there keeps its open findings (0: none does)."""
    if in_force:
        with connection.cursor() as cursor:
            cursor.execute(_CLOSE, [at, list(in_force), list(in_force.values())])
