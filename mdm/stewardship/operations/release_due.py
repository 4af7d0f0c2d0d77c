"""Release what nothing keeps from being released."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.db import connection, transaction

from mdm.accounts.models import Actor
from mdm.governance.models import Domain, Release
from mdm.governance.queries.policy import policy_of
from mdm.matching.operations.release import release
from mdm.matching.queries.due import matching_of
from mdm.records.identifiers import lock_goldens
from mdm.records.models import GoldenRecord, GoldenVersion
from mdm.stewardship.releasing import Subject, blockers

BATCH = 200
REASON = "Nothing stands against it."

# Candidates that were matched as they stand and that no open question is about; what else may keep them is judged then.
_LIKELY = """
SELECT g.id FROM records_goldenrecord g
WHERE g.domain_id = %(domain)s AND g.status = 'CANDIDATE' AND g.id > %(after)s
  AND NOT EXISTS (SELECT 1 FROM stewardship_taskmember m WHERE m.golden_id = g.id AND m.open)
  AND EXISTS (SELECT 1 FROM records_crosswalkentry c JOIN records_sourcerecord s ON s.external_id_id = c.external_id_id
              WHERE c.golden_id = g.id AND c.ended_at IS NULL AND NOT s.deleted)
  AND NOT EXISTS (
    SELECT 1 FROM records_crosswalkentry c
    JOIN records_sourcerecord s ON s.external_id_id = c.external_id_id AND NOT s.deleted
    LEFT JOIN matching_matchstate m ON m.source_record_id = s.id
    WHERE c.golden_id = g.id AND c.ended_at IS NULL
      AND (m.version, m.generation, m.rule_set_id) IS DISTINCT FROM (s.in_force, s.generation, %(rule_set)s::bigint))
ORDER BY g.id LIMIT %(limit)s
"""


def release_due(*, actor: Actor, batches: int = 5) -> int:
    """In every domain that does not leave each release to a steward, golden records that were matched and that nothing
    stands against are released, up to `batches` times 200 of them; returns how many.
    """
    released = 0
    for domain in Domain.objects.order_by("code").values_list("code", flat=True):
        if policy_of(domain).release == Release.STEWARD:
            continue
        after = 0
        for _ in range(batches):
            found = _likely(domain, after)
            if not found:
                break
            released += _release(domain, found, actor)
            after = found[-1]
    return released


def _likely(domain: str, after: int) -> list[int]:
    matching = matching_of(domain)
    if matching is None:
        return []
    asked: dict[str, Any] = {"domain": domain, "rule_set": matching.rule_set, "after": after, "limit": BATCH}
    with connection.cursor() as cursor:
        cursor.execute(_LIKELY, asked)
        return [golden for (golden,) in cursor.fetchall()]


@transaction.atomic
def _release(domain: str, goldens: Sequence[int], actor: Actor) -> int:
    """Judge them once more with the golden records held, then release those that nothing stands against."""
    lock_goldens(goldens)
    versions = {
        version.golden_id: version
        for version in GoldenVersion.objects.filter(golden__in=goldens).order_by("golden", "-number").distinct("golden")
    }
    living = GoldenRecord.objects.filter(pk__in=goldens, status="CANDIDATE")
    subjects = [
        Subject(one.pk, [record for record, _ in versions[one.pk].sources], versions[one.pk].values or {})
        for one in living
    ]
    held = blockers(domain, subjects)
    free = [one for one in living if not held[one.pk]]
    if free:
        numbers = {one.code: one.version_number for one in free}
        release(decision_id=uuid4(), goldens=list(numbers), versions=numbers, actor=actor, reason=REASON)
    return len(free)
