"""Which source records wait for the match pass, and how records of a domain are matched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from mdm.engine.matching import MatchModel
from mdm.governance.queries import active_rules
from mdm.kernel.errors import Invalid, NotFound


@dataclass(frozen=True, slots=True)
class Matching:
    """The matching rules in force of a domain."""

    rule_set: int
    model: MatchModel


def matching_of(domain: str) -> Matching | None:
    """Return how records of the domain are matched; None where they are not, or the domain was never published."""
    try:
        rules = active_rules(domain)
    except NotFound:
        return None
    model = rules.rules.matching
    return None if model is None else Matching(rules.rule_set_id, model)


def matching_required(domain: str) -> Matching:
    """Return how records of the domain are matched.

    Raises: Invalid when its rules say nothing about matching.
    """
    matching = matching_of(domain)
    if matching is None:
        raise Invalid(
            f"Records of {domain} are not matched.",
            field="domain",
            value=domain,
            remedy="Publish a rule set with a section `matching` first.",
        )
    return matching


# A record waits when it is linked and was not matched as it stands, or was matched and is linked no more.
DUE = """
FROM records_sourcerecord s
LEFT JOIN matching_matchstate m ON m.source_record_id = s.id
LEFT JOIN records_crosswalkentry c ON c.external_id_id = s.external_id_id AND c.ended_at IS NULL
WHERE s.domain_id = %(domain)s AND CASE WHEN s.deleted OR c.id IS NULL THEN m.source_record_id IS NOT NULL
    ELSE m.source_record_id IS NULL OR (m.version, m.generation, m.rule_set_id)
        IS DISTINCT FROM (s.in_force, s.generation, %(rule_set)s::bigint) END
"""


def anything_due(domain: str, rule_set: int) -> bool:
    """Return whether a source record of the domain waits for the match pass."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT 1 {DUE})", {"domain": domain, "rule_set": rule_set})
        (found,) = cursor.fetchone()
    return bool(found)


def due_between(domain: str, rule_set: int, first: int, last: int) -> list[int]:
    """Return the source records that wait, of those with ids from `first` to `last`."""
    parameters: dict[str, Any] = {"domain": domain, "rule_set": rule_set, "first": first, "last": last}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT s.id {DUE} AND s.id BETWEEN %(first)s AND %(last)s ORDER BY s.id", parameters)
        return [record for (record,) in cursor.fetchall()]


def unmatched_goldens(domain: str, goldens: Sequence[int]) -> set[int]:
    """Return those of the golden records of which a source record still waits for the match pass."""
    matching = matching_of(domain)
    if matching is None or not goldens:
        return set()
    with connection.cursor() as cursor:
        parameters: dict[str, Any] = {"domain": domain, "rule_set": matching.rule_set, "goldens": list(goldens)}
        cursor.execute(f"SELECT DISTINCT c.golden_id {DUE} AND c.golden_id = ANY(%(goldens)s::bigint[])", parameters)
        return {golden for (golden,) in cursor.fetchall()}
