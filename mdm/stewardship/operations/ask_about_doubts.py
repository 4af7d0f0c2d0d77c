"""Ask about what ingestion found doubtful, as soon as it did."""

from __future__ import annotations

from django.db import connection, transaction

from mdm.accounts.models import Actor
from mdm.governance.models import Domain
from mdm.stewardship.operations.refresh_tasks import refresh_tasks
from mdm.stewardship.queries.pieces import piece_of
from mdm.stewardship.situation import DOUBTS

LIMIT = 100
# An open finding about a record that no open task asks about.
_UNASKED = """
SELECT DISTINCT c.golden_id FROM records_finding f
JOIN records_sourcerecord s ON s.id = f.source_record_id AND s.domain_id = %s
JOIN records_crosswalkentry c ON c.external_id_id = s.external_id_id AND c.ended_at IS NULL
WHERE f.status = 'OPEN' AND f.kind = ANY(%s)
  AND NOT EXISTS (SELECT 1 FROM stewardship_taskmember m JOIN stewardship_reviewtask t ON t.id = m.task_id
                  WHERE m.golden_id = c.golden_id AND m.open AND t.reason = 'BROKEN')
ORDER BY c.golden_id LIMIT %s
"""


def ask_about_doubts(*, actor: Actor) -> int:
    """Every golden record that an open finding puts in doubt is asked about; returns how many tasks that opened."""
    return sum(_ask(domain, actor) for domain in Domain.objects.values_list("code", flat=True))


def _ask(domain: str, actor: Actor) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_UNASKED, [domain, list(DOUBTS), LIMIT])
        goldens = [golden for (golden,) in cursor.fetchall()]
    if not goldens:
        return 0
    with transaction.atomic():
        return refresh_tasks(domain=domain, goldens=piece_of(domain, goldens), actor=actor).opened
