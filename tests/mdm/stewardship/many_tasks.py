"""A queue as long as a large house's, written straight into the tables."""

from __future__ import annotations

from typing import Any

import psycopg

from mdm.records.models import GoldenRecord

# Golden records that left need no identifier, so that rows alone make a queue.
_GOLDENS = """
INSERT INTO records_goldenrecord (id, uuid, code, domain_id, status, version_number, crosswalk_revision, created_at)
SELECT 1000000 + n, gen_random_uuid(), 'BP-9' || lpad(n::text, 7, '0'), 'party', 'RETIRED', 1, 1, now()
FROM generate_series(1, %(count)s * 2) n
"""
_TASKS = """
INSERT INTO stewardship_reviewtask (id, domain_id, reason, status, score, rank, value_at_stake, member_count, systems,
    conflicts, why, evidence_hash, version, opened_at, changed_at, question)
SELECT 1000000 + n, 'party', (ARRAY['THRESHOLD', 'THRESHOLD', 'THRESHOLD', 'MARGIN', 'CONFLICT'])[1 + n %% 5], 'OPEN',
    (n::bigint * 7919 %% 1000) / 70.0, (n::bigint * 7919 %% 1000) / 70.0, (n::bigint * 104729 %% 100000), 2,
    (ARRAY['{SAP,CRM}', '{CRM,SHOP}', '{SAP}', '{CRM,SAP,SHOP}'])[1 + n %% 4]::varchar[],
    (ARRAY['{}', '{}', '{tax_id}', '{bank}', '{bank,tax_id}'])[1 + n %% 5]::varchar[],
    'same tax number, street differs', '', 1, now() - make_interval(mins => n), now(), ''
FROM generate_series(1, %(count)s) n
"""
_MEMBERS = """
INSERT INTO stewardship_taskmember (task_id, golden_id, open, position)
SELECT 1000000 + n, 1000000 + 2 * n - p, true, p FROM generate_series(1, %(count)s) n, generate_series(0, 1) p
"""
_VERSIONS = """
INSERT INTO records_goldenversion (golden_id, number, status, values, provenance, sources, rule_set_id, recorded_at,
    event_id, salt, digest)
SELECT g.id, 1, 'RETIRED', v.values, v.provenance, '[]', v.rule_set_id, now(), v.event_id, '\\x00', '\\x00'
FROM records_goldenrecord g, (SELECT * FROM records_goldenversion WHERE golden_id = %(model)s LIMIT 1) v
WHERE g.id > 1000000
"""


def fill_queue(cursor: psycopg.Cursor[Any], model: GoldenRecord, count: int) -> None:
    """`count` open tasks of two members each stand in the queue; every member is called what `model` is called.

    `cursor` is the owner's: the planner is told, as it would be on its own after a while.
    """
    cursor.execute("SET LOCAL session_replication_role = replica")
    for statement in (_GOLDENS, _TASKS, _MEMBERS, _VERSIONS):
        cursor.execute(statement, {"count": count, "model": model.pk})
    cursor.execute("ANALYZE")
