"""Erase what is known of one person, and leave the proof that it was known."""

from __future__ import annotations

from typing import Any

from django.db import connection

from mdm.accounts.models import Actor
from mdm.accounts.queries import require
from mdm.events.operations.erase_versions import erase_versions
from mdm.events.operations.record import reserve_event_id
from mdm.kernel.clock import database_now
from mdm.kernel.errors import Invalid, NotFound
from mdm.records.identifiers import lock_goldens
from mdm.records.models import GoldenRecord, RecordKey, SourceRecord
from mdm.records.operations.cut_versions import cut_versions
from mdm.records.operations.seal_event import seal_event
from mdm.records.projection import Projector
from mdm.records.sealing import GOLDEN_VERSIONS, SOURCE_VERSIONS

_EVER_LINKED = """
SELECT DISTINCT s.id FROM records_crosswalkentry c JOIN records_sourcerecord s ON s.external_id_id = c.external_id_id
WHERE c.golden_id = %s ORDER BY s.id
"""
# A source record may have been part of other golden records; what they showed of it goes too.
_SHOWED = """
SELECT v.id, v.golden_id FROM records_goldenversion v
WHERE v.salt IS NOT NULL AND (v.golden_id = %(golden)s OR v.golden_id IN (
    SELECT c.golden_id FROM records_crosswalkentry c JOIN records_sourcerecord s ON s.external_id_id = c.external_id_id
    WHERE s.id = ANY(%(records)s)
) AND EXISTS (SELECT 1 FROM jsonb_array_elements(v.sources) part WHERE (part->>0)::bigint = ANY(%(records)s)))
ORDER BY v.id
"""
_SAID = "SELECT id FROM records_sourceversion WHERE source_record_id = ANY(%s) AND salt IS NOT NULL ORDER BY id"


def erase_values(*, golden_code: str, actor: Actor, reason: str) -> int:
    """No version of the golden record, nor of any source record that ever led to it, holds a value; ids, versions and
    digests stay, and the audit says who erased what and why. Pins of the golden record are erased too.

    Returns how many versions were erased. Raises: NotFound; NotAllowed without `operate` in the domain; Invalid without
    a reason.
    """
    golden = GoldenRecord.objects.filter(code=golden_code).first()
    if golden is None:
        raise NotFound("There is no such golden record.", field="golden", value=golden_code, remedy="Check the code.")
    require(actor, "operate", golden.domain_id)
    if not reason.strip():
        raise Invalid("Erasing needs a reason.", field="reason", remedy="Name the request it answers.")
    lock_goldens([golden.pk])
    records = [pk for (pk,) in _rows(_EVER_LINKED, [golden.pk])]
    showed = _rows(_SHOWED, {"golden": golden.pk, "records": records})
    goldens = sorted({golden.pk, *(owner for _, owner in showed)})
    lock_goldens(goldens)
    said = [pk for (pk,) in _rows(_SAID, [records])]
    versions = {SOURCE_VERSIONS.table: said, GOLDEN_VERSIONS.table: [pk for pk, _ in showed]}
    subject = f"golden:{golden.code}"
    erase_versions(rows=versions, domain=golden.domain_id, subject=subject, actor=actor, reason=reason)
    golden.pins.update(value=None)
    golden.pins.filter(ended_at__isnull=True).update(ended_at=database_now())
    RecordKey.objects.filter(source_record__in=records).delete()
    SourceRecord.objects.filter(pk__in=records).update(content_hash=None)
    _cut(golden, goldens, actor, reason)
    return len(said) + len(showed)


def _rows(statement: str, parameters: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def _cut(golden: GoldenRecord, goldens: list[int], actor: Actor, reason: str) -> None:
    event, at = reserve_event_id(), database_now()
    sealed = cut_versions(goldens, moved=(), projector=Projector(golden.domain_id), event=event, at=at)
    if sealed:
        seal_event(
            event=event,
            type="golden.projected",
            domain=golden.domain_id,
            subject=f"golden:{golden.code}",
            actor=actor,
            reason=reason,
            goldens=sealed,
        )
