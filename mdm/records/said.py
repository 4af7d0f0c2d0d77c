"""What source records said before."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from mdm.records.change import Change, Circumstances, Kind, Said
from mdm.records.identifiers import Standing, last_goldens
from mdm.records.observation import Values
from mdm.records.projection import effective

_VERSIONS = """
SELECT v.source_record_id, v.number, v.values, v.standardised, v.counted
FROM unnest(%s::bigint[], %s::int[]) AS asked(record, number)
JOIN records_sourceversion v ON v.source_record_id = asked.record AND v.number = asked.number
WHERE v.values IS NOT NULL
"""


def said_before(subjects: Sequence[Standing]) -> dict[int, tuple[Said | None, Said | None]]:
    """Return, per source record, its current content and the one in force; None where it was erased."""
    wanted = {
        (s.source_record, number) for s in subjects if s.source_record is not None for number in (s.current, s.in_force)
    }
    if not wanted:
        return {}
    records, numbers = zip(*sorted(wanted), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_VERSIONS, [list(records), list(numbers)])
        said = {(record, number): _said(*texts) for record, number, *texts in cursor.fetchall()}
    return {
        s.source_record: (said.get((s.source_record, s.current)), said.get((s.source_record, s.in_force)))
        for s in subjects
        if s.source_record is not None
    }


def _said(values: str, standardised: str | None, counted: str | None) -> Said:
    loaded = json.loads(values)
    overlay = None if standardised is None else json.loads(standardised)
    return Said(loaded, effective(loaded, overlay, None if counted is None else json.loads(counted)))


_SPEAKERS = """
SELECT c.golden_id, c.external_id_id FROM records_crosswalkentry c
JOIN records_sourcerecord s ON s.external_id_id = c.external_id_id AND NOT s.deleted
WHERE c.ended_at IS NULL AND c.golden_id = ANY(%s::bigint[])
"""


def circumstances(subjects: Sequence[Standing]) -> dict[int, Circumstances]:
    """Return, per external id, what surrounds it."""
    heirs = last_goldens([s.external_id for s in subjects if s.entry is None])
    leads_to = {s.external_id: s.golden if s.golden is not None else heirs.get(s.external_id) for s in subjects}
    with connection.cursor() as cursor:
        cursor.execute(_SPEAKERS, [list({golden for golden in leads_to.values() if golden is not None})])
        speakers: dict[int | None, set[int]] = defaultdict(set)
        for golden, external_id in cursor.fetchall():
            speakers[golden].add(external_id)
    return {
        pk: Circumstances(has_heir=pk in heirs, joins_others=bool(speakers[golden] - {pk}))
        for pk, golden in leads_to.items()
    }


_HEARD = """
SELECT v.source_record_id, v.changed_at, v.deleted, v.values
FROM unnest(%s::bigint[], %s::timestamptz[]) AS asked(record, changed_at)
JOIN records_sourceversion v ON v.source_record_id = asked.record AND v.changed_at = asked.changed_at
WHERE v.values IS NOT NULL
"""


def without_heard_before(changes: Sequence[Change]) -> list[Change]:
    """Return the changes with each late version that is in history already made UNCHANGED."""
    late = [change for change in changes if change.kind is Kind.LATE]
    heard = _heard(late) if late else {}
    for change in late:
        observation = change.prepared.observation
        before = heard.get((change.standing.source_record, observation.changed_at, observation.deleted), [])
        if before and (observation.deleted or change.values in before):
            change.kind = Kind.UNCHANGED
    return list(changes)


def _heard(late: Sequence[Change]) -> dict[tuple[int | None, datetime | None, bool], list[Values]]:
    heard: dict[tuple[int | None, datetime | None, bool], list[Values]] = defaultdict(list)
    asked = [(c.standing.source_record, c.prepared.observation.changed_at) for c in late]
    with connection.cursor() as cursor:
        cursor.execute(_HEARD, [[record for record, _ in asked], [at for _, at in asked]])
        for record, at, deleted, values in cursor.fetchall():
            heard[record, at, deleted].append(json.loads(values))
    return heard
