"""Golden records that must be looked at together, in pieces small enough for a chunk each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from mdm.matching.queries.due import Matching, matching_of
from mdm.stewardship.models import TaskMember
from mdm.stewardship.situation import DOUBTS

GOLDENS_PER_CHUNK = 400

_LINKED = """
SELECT DISTINCT least(l.golden_id, r.golden_id), greatest(l.golden_id, r.golden_id)
FROM matching_matchpair p
JOIN records_sourcerecord ls ON ls.id = p.left_id
JOIN records_crosswalkentry l ON l.external_id_id = ls.external_id_id AND l.ended_at IS NULL
JOIN records_sourcerecord rs ON rs.id = p.right_id
JOIN records_crosswalkentry r ON r.external_id_id = rs.external_id_id AND r.ended_at IS NULL
WHERE p.rule_set_id = %s AND p.gone_at IS NULL
"""
_ASKED = """
SELECT min(m.golden_id) OVER (PARTITION BY m.task_id), m.golden_id FROM stewardship_taskmember m
JOIN stewardship_reviewtask t ON t.id = m.task_id AND t.domain_id = %s WHERE m.open
"""
_DOUBTED = """
SELECT DISTINCT c.golden_id FROM records_finding f
JOIN records_sourcerecord s ON s.id = f.source_record_id AND s.domain_id = %s
JOIN records_crosswalkentry c ON c.external_id_id = s.external_id_id AND c.ended_at IS NULL
WHERE f.status = 'OPEN' AND f.kind = ANY(%s)
"""
_TORN = """
SELECT DISTINCT l.golden_id FROM matching_verdict v
JOIN records_sourcerecord ls ON ls.id = v.left_id AND ls.domain_id = %s
JOIN records_crosswalkentry l ON l.external_id_id = ls.external_id_id AND l.ended_at IS NULL
JOIN records_sourcerecord rs ON rs.id = v.right_id
JOIN records_crosswalkentry r ON r.external_id_id = rs.external_id_id AND r.ended_at IS NULL
WHERE v.kind = 'DIFFERENT' AND l.golden_id = r.golden_id
"""
_TOUCHED = """
SELECT c.golden_id FROM matching_matchstate m
JOIN records_sourcerecord s ON s.id = m.source_record_id AND s.domain_id = %(domain)s
JOIN records_crosswalkentry c ON c.external_id_id = s.external_id_id AND c.ended_at IS NULL
WHERE m.matched_at >= %(since)s
UNION SELECT c.golden_id FROM matching_matchpair p
JOIN records_sourcerecord s ON s.id IN (p.left_id, p.right_id)
JOIN records_crosswalkentry c ON c.external_id_id = s.external_id_id AND c.ended_at IS NULL
WHERE p.rule_set_id = %(rule_set)s AND p.gone_at >= %(since)s
UNION SELECT m.golden_id FROM stewardship_taskmember m
JOIN stewardship_reviewtask t ON t.id = m.task_id AND t.domain_id = %(domain)s
JOIN records_goldenrecord g ON g.id = m.golden_id AND g.status NOT IN ('CANDIDATE', 'ACTIVE') WHERE m.open
"""
# UNION keeps what is new only, so that it ends.
_PIECE = """
WITH RECURSIVE piece(golden) AS (
    SELECT unnest(%(goldens)s::bigint[])
    UNION
    SELECT e.golden_id FROM piece p
    JOIN records_crosswalkentry c ON c.golden_id = p.golden AND c.ended_at IS NULL
    JOIN records_sourcerecord s ON s.external_id_id = c.external_id_id
    CROSS JOIN LATERAL (
        SELECT right_id AS other FROM matching_matchpair
        WHERE left_id = s.id AND rule_set_id = %(rule_set)s AND gone_at IS NULL
        UNION ALL SELECT left_id FROM matching_matchpair
        WHERE right_id = s.id AND rule_set_id = %(rule_set)s AND gone_at IS NULL
    ) n
    JOIN records_sourcerecord o ON o.id = n.other
    JOIN records_crosswalkentry e ON e.external_id_id = o.external_id_id AND e.ended_at IS NULL
)
SELECT golden FROM piece LIMIT %(most)s
"""
_MOST_LINKED = 500


def piece_of(domain: str, goldens: Sequence[int]) -> list[int]:
    """Return the golden records and all that are linked to them by stored pairs, directly or not, and those that open
    tasks ask about together with any of these; in id order.
    """
    matching = matching_of(domain)
    if matching is None:
        return sorted(goldens)
    parameters = {"goldens": list(goldens), "rule_set": matching.rule_set, "most": _MOST_LINKED}
    linked = {golden for (golden,) in _rows(_PIECE, parameters)} | set(goldens)
    asked = TaskMember.objects.filter(golden__in=linked, open=True).values("task")
    together = TaskMember.objects.filter(task__in=asked, open=True).values_list("golden_id", flat=True)
    return sorted(linked.union(together))


def pieces(domain: str, matching: Matching, *, since: datetime | None = None) -> list[list[int]]:
    """Return lists of golden records such that whatever is linked, or asked about together, is in one of them.

    With `since`, only what matching looked at from that moment on, what it belongs together with, and what is in doubt.
    """
    alone = {golden for (golden,) in _rows(_DOUBTED, [domain, list(DOUBTS)]) + _rows(_TORN, [domain])}
    pairs = [*_rows(_LINKED, [matching.rule_set]), *_rows(_ASKED, [domain]), *((golden, golden) for golden in alone)]
    joined = list(_joined(pairs))
    if since is not None:
        parameters = {"domain": domain, "rule_set": matching.rule_set, "since": since}
        touched = {golden for (golden,) in _rows(_TOUCHED, parameters)} | alone
        joined = [piece for piece in joined if not touched.isdisjoint(piece)]
    return _packed(joined)


def _rows(statement: str, parameters: Any) -> list[tuple[int, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def _joined(pairs: Iterable[tuple[int, ...]]) -> Collection[list[int]]:
    """Connected pieces, by union-find."""
    parent: dict[int, int] = {}

    def root(one: int) -> int:
        while parent.setdefault(one, one) != one:
            parent[one] = one = parent[parent[one]]
        return one

    for one, other in pairs:
        parent[root(one)] = root(other)
    found: dict[int, list[int]] = {}
    for golden in sorted(parent):
        found.setdefault(root(golden), []).append(golden)
    return found.values()


def _packed(found: Iterable[list[int]]) -> list[list[int]]:
    chunks: list[list[int]] = []
    for piece in found:
        if chunks and len(chunks[-1]) + len(piece) <= GOLDENS_PER_CHUNK:
            chunks[-1] += piece
        else:
            chunks.append(list(piece))
    return chunks
