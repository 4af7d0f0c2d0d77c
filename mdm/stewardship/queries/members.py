"""The columns of a task: golden records, or the source records and the waiting version of one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import connection

from mdm.engine.survivorship import winner_of
from mdm.governance.identifiers import deep_link
from mdm.records.models import CrosswalkEntry, Finding, GoldenVersion, SourceRecord
from mdm.records.observation import Values
from mdm.records.queries.record_list import title
from mdm.stewardship.choosing import RECORD_KEY
from mdm.stewardship.models import ReviewTask, TaskMember, TaskReason
from mdm.stewardship.queries.shapes import Identifier, Member
from mdm.stewardship.queries.sight import Said, Sight, text_of
from mdm.stewardship.situation import stake_of

GOLDEN, RECORD, WAITING = "golden", "record", "waiting"


@dataclass(frozen=True, slots=True)
class Column:
    """A member with what it says: `values` by path; `winners` by path the source record behind a golden value."""

    key: str
    kind: str
    golden: GoldenVersion
    values: Values
    version: int
    since: datetime
    changed_at: datetime
    records: tuple[int, ...]
    winners: Mapping[str, int] = field(default_factory=dict)
    source_record: int | None = None
    system: str = ""

    def said(self, path: str) -> Said:
        """What the member says at `path`."""
        record = self.source_record if self.source_record is not None else self.winners.get(path)
        return Said(self.key, self.values.get(path), record, self.system)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A source record as linked: what it says in the version that counts."""

    source_record: int
    external_id: int
    system: str
    version: int
    values: Values
    since: datetime
    recorded_at: datetime


_SPOKEN = """
SELECT c.golden_id, s.id, c.external_id_id, t.system_id, v.number, v.values::text, v.standardised::text, c.opened_at,
       v.recorded_at
FROM records_crosswalkentry c
JOIN records_externalid x ON x.id = c.external_id_id
JOIN governance_idtype t ON t.id = x.id_type_id
JOIN records_sourcerecord s ON s.external_id_id = x.id
JOIN records_sourceversion v ON v.source_record_id = s.id AND v.number = s.in_force
WHERE c.ended_at IS NULL AND c.golden_id = ANY(%s::bigint[]) ORDER BY s.id
"""


def goldens_of(task: ReviewTask) -> list[GoldenVersion]:
    """Return the present version of each golden record of the task, the one that would survive first."""
    ordered = TaskMember.objects.filter(task=task).order_by("position", "golden_id")
    goldens = list(ordered.values_list("golden_id", "golden__version_number"))
    versions = GoldenVersion.objects.filter(golden__in=[golden for golden, _ in goldens]).select_related("golden")
    present = {(one.golden_id, one.number): one for one in versions}
    return [present[pair] for pair in goldens]


def spoken_of(goldens: Sequence[int]) -> dict[int, list[Spoken]]:
    """Return by golden record what its source records say."""
    found: dict[int, list[Spoken]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_SPOKEN, [list(goldens)])
        rows = cursor.fetchall()
    for golden, record, external_id, system, version, values, standardised, since, recorded_at in rows:
        said = {**json.loads(values or "{}"), **json.loads(standardised or "{}")}
        found.setdefault(golden, []).append(Spoken(record, external_id, system, version, said, since, recorded_at))
    return found


def columns_of(task: ReviewTask, goldens: Sequence[GoldenVersion], spoken: Mapping[int, list[Spoken]]) -> list[Column]:
    """Return the task's columns: its golden records, or what the one that it is about is made of."""
    if len(goldens) > 1 or task.reason not in (TaskReason.BROKEN, TaskReason.CONFLICT):
        return [_golden(one, spoken.get(one.golden_id, [])) for one in goldens]
    (subject,) = goldens
    records = [_record(subject, one) for one in spoken.get(subject.golden_id, [])]
    if task.finding is None or task.finding.kind != "UNLIKE":
        return records
    about = [column for column in records if column.source_record == task.finding.source_record_id]
    return [*about, *_waiting(subject, task.finding)]


def _golden(version: GoldenVersion, made_of: Sequence[Spoken]) -> Column:
    values: Values = version.values or {}
    winners = {path: winner for path in values if isinstance(winner := winner_of(version.provenance, path)[0], int)}
    return Column(
        key=version.golden.code,
        kind=GOLDEN,
        golden=version,
        values=values,
        version=version.number,
        since=version.golden.created_at,
        changed_at=version.recorded_at,
        records=tuple(one.source_record for one in made_of),
        winners=winners,
    )


def _record(version: GoldenVersion, one: Spoken) -> Column:
    return Column(
        key=f"{RECORD_KEY}{one.source_record}",
        kind=RECORD,
        golden=version,
        values=one.values,
        version=version.number,
        since=one.since,
        changed_at=one.recorded_at,
        records=(one.source_record,),
        source_record=one.source_record,
        system=one.system,
    )


def _waiting(version: GoldenVersion, finding: Finding) -> list[Column]:
    record = SourceRecord.objects.select_related("external_id__id_type").get(pk=finding.source_record_id)
    said = record.versions.filter(number=finding.version_number).first()
    if said is None:
        return []
    values = {**(said.values or {}), **(said.standardised or {})}
    return [
        Column(
            key=f"waiting:{record.pk}@{said.number}",
            kind=WAITING,
            golden=version,
            values=values,
            version=said.number,
            since=said.recorded_at,
            changed_at=said.recorded_at,
            records=(record.pk,),
            source_record=record.pk,
            system=record.external_id.id_type.system_id,
        )
    ]


def identifiers_of(goldens: Sequence[int], sight: Sight) -> dict[int, list[Identifier]]:
    """Return by golden record the identifiers that lead to it, of systems that may be seen."""
    found: dict[int, list[Identifier]] = {}
    entries = CrosswalkEntry.objects.filter(golden__in=goldens, ended_at__isnull=True)
    for entry in entries.select_related("external_id__id_type").order_by("external_id__id_type__system", "pk"):
        named = entry.external_id
        if sight.sees(named.id_type.system_id):
            found.setdefault(entry.golden_id, []).append(
                Identifier(
                    id=named.pk,
                    system=named.id_type.system_id,
                    type=named.id_type.name,
                    scope=named.scope,
                    value=named.value_as_sent,
                    url=deep_link(named.id_type, named.value, named.scope),
                    since=entry.opened_at,
                )
            )
    return found


def members_of(
    columns: Sequence[Column],
    spoken: Mapping[int, list[Spoken]],
    identifiers: Mapping[int, list[Identifier]],
    sight: Sight,
    survivor: str,
) -> list[Member]:
    """Return the columns as their heads are shown; one statement."""
    records = [record for column in columns for record in column.records]
    findings = Finding.objects.filter(source_record__in=records, status="OPEN").values_list(
        "source_record_id", flat=True
    )
    open_findings = list(findings)
    return [
        _member(column, spoken.get(column.golden.golden_id, []), identifiers, sight, survivor, open_findings)
        for column in columns
    ]


def _member(
    column: Column,
    made_of: Sequence[Spoken],
    identifiers: Mapping[int, list[Identifier]],
    sight: Sight,
    survivor: str,
    findings: Sequence[int],
) -> Member:
    own = [one for one in made_of if one.source_record in column.records]
    external_ids = {one.external_id for one in own}
    # What names a member is what one of its own sources calls it, not what a target answered.
    named = sorted(identifiers.get(column.golden.golden_id, []), key=lambda one: one.id not in external_ids)
    return Member(
        key=column.key,
        kind=column.kind,
        code=column.golden.golden.code,
        status=column.golden.golden.status,
        version=column.version,
        name=title(column.values, sight.pack, reveal=sight.reveal),
        systems=sorted({one.system for one in own} | ({column.system} - {""})),
        identifiers=named if column.kind == GOLDEN else [one for one in named if one.id in external_ids],
        records=len(column.records),
        since=column.since,
        changed_at=column.changed_at,
        value_at_stake=sum((stake_of(one.values, sight.pack) for one in own), Decimal(0)),
        record_class=text_of(column.values.get("record_class")),
        business_status=text_of(column.values.get("business_status")),
        survives=column.kind == GOLDEN and column.key == survivor,
        source_record=column.source_record,
        findings=sum(record in column.records for record in findings),
    )


def labels_of(spoken: Mapping[int, list[Spoken]], identifiers: Mapping[int, list[Identifier]]) -> dict[int, str]:
    """Return by source record what people call it: `SAP 100482`, or the system alone where more may not be seen."""
    values = {one.id: one for some in identifiers.values() for one in some}
    return {
        one.source_record: f"{one.system} {values[one.external_id].value}" if one.external_id in values else one.system
        for some in spoken.values()
        for one in some
    }
