"""How many records there are, of what a person may view: every number is the length of a list they can open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of
from mdm.governance.queries import domains_visible_to


@dataclass(frozen=True, slots=True)
class DomainTally:
    """Golden records of one domain by status, and those with an open finding by its kind."""

    domain: str
    label: str
    statuses: dict[str, int]
    findings: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.statuses.values())


_STATUSES = """
SELECT domain_id, status, count(*) FROM records_goldenrecord WHERE domain_id = ANY(%s) GROUP BY domain_id, status
"""
_FINDINGS = """
SELECT g.domain_id, f.kind, count(DISTINCT g.id)
FROM records_finding f
JOIN records_sourcerecord s ON s.id = f.source_record_id
JOIN records_crosswalkentry e ON e.external_id_id = s.external_id_id AND e.ended_at IS NULL
JOIN records_goldenrecord g ON g.id = e.golden_id
WHERE f.status = 'OPEN' AND g.domain_id = ANY(%s)
GROUP BY g.domain_id, f.kind
"""


def tallies(*, actor: Actor) -> list[DomainTally]:
    """Return one tally per domain that the actor may view."""
    domains = domains_visible_to(permissions_of(actor))
    codes = [domain.code for domain in domains]
    statuses, findings = _counted(_STATUSES, codes), _counted(_FINDINGS, codes)
    return [
        DomainTally(domain.code, domain.label, statuses.get(domain.code, {}), findings.get(domain.code, {}))
        for domain in domains
    ]


def _counted(statement: str, domains: Sequence[str]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(domains)])
        for domain, kind, count in cursor.fetchall():
            found.setdefault(domain, {})[kind] = count
    return found
