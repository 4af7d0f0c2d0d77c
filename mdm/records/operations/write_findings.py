"""Keep what a person should know about source records."""

from __future__ import annotations

from collections.abc import Sequence
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


def close_findings(source_records: Sequence[int], *, at: datetime) -> None:
    """No finding about these source records is open: a newer version has taken their place."""
    if source_records:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE records_finding SET status = 'CLOSED', closed_at = %s"
                " WHERE source_record_id = ANY(%s) AND status = 'OPEN'",
                [at, list(source_records)],
            )
