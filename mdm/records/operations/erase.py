"""Erase what is known of one person, and leave the proof that it was known."""

from __future__ import annotations

from typing import Any

from django.db import connection

from mdm.accounts.models import Actor
from mdm.events.operations.erase_versions import erase_versions
from mdm.events.operations.record import EventDraft, record, reserve_event_id
from mdm.kernel.clock import database_now
from mdm.kernel.errors import Invalid
from mdm.kernel.locks import hardly_waiting
from mdm.records.act import Act
from mdm.records.erasure import Erasure, Identifier, erase_elsewhere
from mdm.records.identifiers import heirs_of, hold
from mdm.records.models import GoldenRecord, Pin, RecordKey, SourceRecord
from mdm.records.operations.cut_versions import cut_versions
from mdm.records.operations.seal_event import seal_event
from mdm.records.pinned import redirects_to, stood_for
from mdm.records.projection import Projector
from mdm.records.queries.known import golden_to
from mdm.records.sealing import GOLDEN_VERSIONS, SOURCE_VERSIONS

_EVER_LINKED = (
    "SELECT DISTINCT external_id_id FROM records_crosswalkentry WHERE golden_id = ANY(%s::bigint[]) ORDER BY 1"
)
# Of an identifier that was re-used for something else, only what it said of this golden record counts: a generation
# lasts until the next one begins.
_GENERATIONS = """
WITH generations AS (
    SELECT s.id AS record, s.external_id_id AS external_id, v.generation, v.generation = s.generation AS is_current,
           tstzrange(min(v.recorded_at),
                     lead(min(v.recorded_at)) OVER (PARTITION BY s.id ORDER BY v.generation)) AS lasted
    FROM records_sourcerecord s JOIN records_sourceversion v ON v.source_record_id = s.id
    WHERE s.external_id_id = ANY(%(ids)s) GROUP BY s.id, v.generation
), own AS (
    SELECT g.* FROM generations g WHERE EXISTS (
        SELECT 1 FROM records_crosswalkentry c
        WHERE c.golden_id = ANY(%(family)s::bigint[]) AND c.external_id_id = g.external_id
        AND tstzrange(c.opened_at, c.ended_at) && g.lasted)
)
"""
_SAID = (
    _GENERATIONS
    + """
SELECT v.id, v.source_record_id, v.number, g.is_current
FROM own g
JOIN records_sourceversion v ON v.source_record_id = g.record AND v.generation = g.generation AND v.salt IS NOT NULL
ORDER BY v.id
"""
)
_IDENTIFIERS = (
    _GENERATIONS
    + """
SELECT t.id, t.domain_id, t.system_id, t.name, x.scope, x.value, x.value_as_sent, (
    SELECT min(lower(g.lasted)) FROM generations g
    WHERE g.external_id = x.id AND g.generation > (SELECT max(o.generation) FROM own o WHERE o.external_id = x.id))
FROM records_externalid x JOIN governance_idtype t ON t.id = x.id_type_id
WHERE x.id = ANY(%(ids)s) ORDER BY x.id
"""
)
# A source record may have been part of other golden records; what they showed of it goes too.
_SHOWED = """
SELECT v.id, v.golden_id FROM records_goldenversion v
WHERE v.salt IS NOT NULL AND (v.golden_id = ANY(%(family)s::bigint[]) OR v.golden_id IN (
    SELECT c.golden_id FROM records_crosswalkentry c WHERE c.external_id_id = ANY(%(ids)s)
) AND EXISTS (
    SELECT 1 FROM jsonb_array_elements(v.sources) part
    JOIN unnest(%(records)s::bigint[], %(numbers)s::int[]) AS said(record, number)
        ON said.record = (part->>0)::bigint AND said.number = (part->>1)::int))
ORDER BY v.id
"""
_GOLDENS = "SELECT DISTINCT golden_id FROM records_crosswalkentry WHERE external_id_id = ANY(%s::bigint[])"


def erase_values(*, golden_code: str, actor: Actor, reason: str) -> int:
    """No version of the golden record, nor of any source record while it led to it, holds a value; ids, versions and
    digests stay, and the audit says who erased what and why. Its pins are erased too, and all of it also of records
    that redirect to it; what else holds values forgets them (`records.erasure`). What an identifier says since it was
    re-used for something else is another's and stays.

    Returns how many versions were erased. Raises: NotFound, also in a domain that the actor may not view; NotAllowed
    without `operate` there; Invalid without a reason; Conflict when identifiers kept joining it,
    or somebody is at work on what else holds values.
    """
    golden = golden_to("operate", code=golden_code, actor=actor)
    if not reason.strip():
        raise Invalid("Erasing needs a reason.", field="reason", remedy="Name the request it answers.")
    family, ids = _hold(golden)
    said = _rows(_SAID, {"family": family, "ids": ids})
    parts = {"records": [row[1] for row in said], "numbers": [row[2] for row in said]}
    showed = _rows(_SHOWED, {"family": family, "ids": ids, **parts})
    goldens = sorted({*family, *(owner for _, owner in showed)})
    versions = {SOURCE_VERSIONS.table: [row[0] for row in said], GOLDEN_VERSIONS.table: [pk for pk, _ in showed]}
    subject = f"golden:{golden.code}"
    erase_versions(rows=versions, domain=golden.domain_id, subject=subject, actor=actor, reason=reason)
    _forget(family, {record for _, record, _, stands in said if stands})
    _erase_elsewhere(golden, goldens, _rows(_IDENTIFIERS, {"family": family, "ids": ids}), actor, reason)
    _cut(golden, sorted({*goldens, *heirs_of(family).values()}), actor, reason)
    return len(said) + len(showed)


def _hold(golden: GoldenRecord) -> tuple[list[int], list[int]]:
    """Hold every identifier that ever led here or to a record that redirects here, then every golden record one of them
    ever led to, and the one that shows the pins; return the records that are this one, and the identifiers.
    """
    family: list[int] = []
    ids: list[int] = []

    def wanted() -> tuple[list[int], set[int]]:
        family[:] = sorted(stood_for([golden.pk], redirects_to([golden.pk]))[golden.pk])
        ids[:] = _first_column(_EVER_LINKED, family)
        return list(ids), {*family, *_first_column(_GOLDENS, ids), *heirs_of(family).values()}

    hold(wanted)
    return family, ids


def _forget(family: list[int], records: set[int]) -> None:
    """The golden records' pins hold no value and have ended, and nothing finds the source records by their keys."""
    pins = Pin.objects.filter(golden__in=family)
    pins.update(value=None)
    pins.filter(ended_at__isnull=True).update(ended_at=database_now())
    RecordKey.objects.filter(source_record__in=records).delete()
    SourceRecord.objects.filter(pk__in=records).update(content_hash=None)


def _erase_elsewhere(
    golden: GoldenRecord, goldens: list[int], identifiers: list[Any], actor: Actor, reason: str
) -> None:
    codes = GoldenRecord.objects.filter(pk__in=goldens).values_list("code", flat=True)
    erasure = Erasure(tuple(goldens), frozenset(codes), tuple(Identifier._make(row) for row in identifiers))
    with hardly_waiting():
        forgotten = erase_elsewhere(erasure)
    if forgotten:
        subject = f"golden:{golden.code}"
        draft = EventDraft("values.forgotten", golden.domain_id, subject, reason, {"rows": forgotten})
        record(draft, actor=actor)


def _first_column(statement: str, about: Any) -> list[int]:
    return [row[0] for row in _rows(statement, [about])]


def _rows(statement: str, parameters: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def _cut(golden: GoldenRecord, goldens: list[int], actor: Actor, reason: str) -> None:
    act = Act(reserve_event_id(), database_now(), "golden.projected", actor, reason)
    sealed = cut_versions(goldens, projector=Projector(golden.domain_id), act=act)
    if sealed:
        seal_event(act, domain=golden.domain_id, subject=f"golden:{golden.code}", goldens=sealed)
