"""Which records of a system a full file does not hold."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from mdm.records.identifiers import Key
from sync.ingestion.layouts import HEADER
from sync.ingestion.models import IngestionRun, RejectedRow

# In force: linked, said by the system itself (not only mapped), and not heard of since the run was made.
_KNOWN = """
FROM records_externalid x
JOIN records_sourcerecord s ON s.external_id_id = x.id AND NOT s.deleted
JOIN records_crosswalkentry c ON c.external_id_id = x.id AND c.ended_at IS NULL
JOIN records_sourceversion v ON v.source_record_id = s.id AND v.number = s.version_number
WHERE x.id_type_id = %(id_type)s AND v.recorded_at < %(since)s
AND (%(scopes)s::text[] IS NULL OR x.scope = ANY(%(scopes)s))
"""
_MISSING = """
AND NOT EXISTS (
    SELECT FROM ingestion_stagedrow r WHERE r.run_id = %(run)s AND r.object = %(header)s
    AND r.scope = x.scope COLLATE "C" AND r.key = x.value COLLATE "C")
AND NOT EXISTS (
    SELECT FROM ingestion_rejectedrow r WHERE r.run_id = %(run)s AND r.object = %(header)s
    AND r.scope = x.scope COLLATE "C" AND r.key = x.value COLLATE "C")
"""
_PAGE = """
SELECT x.scope, x.value {known} {missing} AND (x.scope, x.value) > (%(after_scope)s, %(after_value)s)
ORDER BY x.scope, x.value LIMIT %(limit)s
"""
_SCOPES = "SELECT DISTINCT scope FROM ingestion_stagedrow WHERE run_id = %s AND object = %s"


@dataclass(frozen=True)
class Absence:
    """What a full file lacks: of `known` records `absent`; `unreadable` header rows make it impossible to tell."""

    known: int
    absent: int
    unreadable: int

    @property
    def share(self) -> Decimal:
        return Decimal(self.absent) / self.known if self.known else Decimal(0)

    @property
    def rounded_up(self) -> int:
        """The share in whole percent that would allow it."""
        return -int(-self.share * 100 // 1)


def absence_of(run: IngestionRun) -> Absence:
    """Return what the run's full file lacks of the records its system has."""
    parameters = _parameters(run)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) {_KNOWN}", parameters)
        (known,) = cursor.fetchone()
        cursor.execute(f"SELECT count(*) {_KNOWN} {_MISSING}", parameters)
        (absent,) = cursor.fetchone()
    unreadable = RejectedRow.objects.filter(run=run, object=HEADER, key="").count()
    return Absence(known=known, absent=absent, unreadable=unreadable)


def absent_keys(run: IngestionRun, *, after: Key, limit: int) -> list[Key]:
    """Return the next absent identifiers, in order."""
    parameters = {**_parameters(run), "after_scope": after[0], "after_value": after[1], "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(_PAGE.format(known=_KNOWN, missing=_MISSING), parameters)
        return [(scope, value) for scope, value in cursor.fetchall()]


def _parameters(run: IngestionRun) -> dict[str, Any]:
    scopes = None
    if run.id_type.scope_kind:
        # A full file of one client says nothing of another client's records.
        with connection.cursor() as cursor:
            cursor.execute(_SCOPES, [run.pk, HEADER])
            scopes = [scope for (scope,) in cursor.fetchall()]
    return {
        "id_type": run.id_type_id,
        "since": run.created_at,
        "scopes": scopes,
        "run": run.pk,
        "header": HEADER,
    }
