"""The golden record as a pure function of its linked source records, the rules, the ownership and the pins."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from mdm.engine.survivorship import Claim, Projection, project
from mdm.governance.queries import ActiveRules, OwnershipTable, active_rules, ownership_of
from mdm.records.observation import Values


@dataclass(frozen=True, slots=True)
class Linked:
    """One source record that a golden record is made of: the version in force, who said it, and the crosswalk entry
    that links it.
    """

    source_record: int
    version: int
    system: str
    values: Values
    observed_at: datetime
    changed_at: datetime | None
    invalid: frozenset[str] = frozenset()
    entry: int = 0


class Projector:
    """Projects golden records of one domain under the rules and the ownership in force when it was made."""

    def __init__(self, domain: str) -> None:
        self.domain = domain
        self.rules: ActiveRules = active_rules(domain)
        self.ownership: OwnershipTable = ownership_of(domain)

    def claim(self, linked: Linked) -> Claim:
        """Return what one source record claims: the values that its system may write or propose."""
        return Claim(
            source=linked.source_record,
            system=linked.system,
            values=self.countable(linked.values, linked.system),
            observed_at=linked.observed_at,
            changed_at=linked.changed_at,
            invalid=linked.invalid,
        )

    def countable(self, values: Values, system: str) -> Values:
        """Return `values` without those that the system may only read."""
        mode = self.ownership.mode
        refused = [path for path in values if mode(path, system, values) == "reads"]
        if not refused:
            return values
        return {path: value for path, value in values.items() if path not in refused}

    def project(self, linked: Sequence[Linked], pins: Sequence[Claim] = ()) -> Projection:
        """Return values and provenance of a golden record made of `linked`, in any order."""
        return project([self.claim(one) for one in linked], self.rules.rules, pins)


# An open finding is asked for as one not closed, so that the index of all open findings does not fit: without
# statistics the planner would read all of it for each source record.
_LINKED = """
SELECT c.golden_id, c.id, s.id, v.number, t.system_id, v.values, v.standardised, v.counted, v.recorded_at, v.changed_at,
       ARRAY(SELECT f.path FROM records_finding f WHERE f.source_record_id = s.id AND f.version_number = v.number
             AND f.kind = 'QUALITY' AND f.status <> 'CLOSED')
FROM records_crosswalkentry c
JOIN records_externalid x ON x.id = c.external_id_id
JOIN governance_idtype t ON t.id = x.id_type_id
JOIN records_sourcerecord s ON s.external_id_id = x.id AND NOT s.deleted
JOIN records_sourceversion v ON v.source_record_id = s.id AND v.number = s.in_force
WHERE c.ended_at IS NULL AND c.golden_id = ANY(%s::bigint[]) AND v.values IS NOT NULL
ORDER BY s.id
"""


def linked_records(goldens: Iterable[int]) -> dict[int, list[Linked]]:
    """Return, per golden record, the source records it is made of now; one that has none is left out."""
    made_of: dict[int, list[Linked]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_LINKED, [list(goldens)])
        for golden, entry, record, version, system, *said, recorded, changed, invalid in cursor.fetchall():
            values = effective(*map(_loads, said))
            linked = Linked(record, version, system, values, recorded, changed, frozenset(invalid), entry)
            made_of[golden].append(linked)
    return made_of


def _loads(text: str | None) -> Any:
    return None if text is None else json.loads(text)


def effective(values: Values, standardised: Values | None, counted: Values | None) -> Values:
    """Return what of a source version may count: `counted` where that is not all of it, else all, standardised."""
    if counted is not None:
        return counted
    return {**values, **standardised} if standardised else values
