"""Store what a match run found."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from mdm.kernel.copying import copy_rows
from mdm.matching.corpus import FoundPair


@dataclass(frozen=True, slots=True)
class KeptPair:
    """A pair found, with the fingerprint of what it was compared by."""

    pair: FoundPair
    evidence_hash: str


_STAGE = """
CREATE TEMPORARY TABLE IF NOT EXISTS matching_found (
    left_id bigint, right_id bigint, score float8, levels jsonb, contributions jsonb, evidence_hash text,
    left_version int, right_version int
) ON COMMIT DELETE ROWS
"""
_COLUMNS = (
    "left_id",
    "right_id",
    "score",
    "levels",
    "contributions",
    "evidence_hash",
    "left_version",
    "right_version",
)
# What another chunk found later, about newer versions, stays; what is as it was is not written again.
_KEEP = """
INSERT INTO matching_matchpair AS kept (left_id, right_id, rule_set_id, score, levels, contributions, evidence_hash,
    left_version, right_version, run_id)
SELECT left_id, right_id, %(rule_set)s, score, levels, contributions, evidence_hash, left_version, right_version,
    %(run)s
FROM matching_found ORDER BY left_id, right_id
ON CONFLICT (left_id, right_id, rule_set_id) DO UPDATE SET score = excluded.score, levels = excluded.levels,
    contributions = excluded.contributions, evidence_hash = excluded.evidence_hash,
    left_version = excluded.left_version, right_version = excluded.right_version, run_id = excluded.run_id,
    gone_at = NULL
WHERE excluded.left_version >= kept.left_version AND excluded.right_version >= kept.right_version
    AND (kept.gone_at IS NOT NULL OR kept.score <> excluded.score OR kept.evidence_hash <> excluded.evidence_hash
         OR kept.left_version <> excluded.left_version OR kept.right_version <> excluded.right_version
         OR kept.levels <> excluded.levels OR kept.contributions <> excluded.contributions)
"""
_END = """
UPDATE matching_matchpair SET gone_at = clock_timestamp() WHERE id IN (
    SELECT id FROM matching_matchpair WHERE id = ANY(%s::bigint[]) AND gone_at IS NULL ORDER BY left_id, right_id
    FOR NO KEY UPDATE)
"""
_MATCHED = """
INSERT INTO matching_matchstate AS kept (source_record_id, version, generation, rule_set_id, matched_at)
SELECT id, version, generation, %s, clock_timestamp()
FROM unnest(%s::bigint[], %s::int[], %s::int[]) AS u(id, version, generation) ORDER BY id
ON CONFLICT (source_record_id) DO UPDATE SET version = excluded.version, generation = excluded.generation,
    rule_set_id = excluded.rule_set_id, matched_at = excluded.matched_at
WHERE kept.rule_set_id <> excluded.rule_set_id OR kept.version <= excluded.version
"""


def keep_pairs(pairs: Sequence[KeptPair], *, rule_set: int, run: UUID) -> int:
    """Every pair in `pairs` stands as found; returns how many were new or other than stored."""
    if not pairs:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
    copy_rows("matching_found", _COLUMNS, (_row(kept) for kept in pairs))
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, {"rule_set": rule_set, "run": run})
        changed: int = cursor.rowcount
        cursor.execute("DELETE FROM matching_found")
    return changed


def _row(kept: KeptPair) -> tuple[object, ...]:
    pair = kept.pair
    levels, contributions = json.dumps(pair.levels), json.dumps(pair.contributions)
    return (
        pair.left,
        pair.right,
        pair.score,
        levels,
        contributions,
        kept.evidence_hash,
        pair.left_version,
        pair.right_version,
    )


def end_pairs(pairs: Sequence[int]) -> int:
    """No pair in `pairs` (ids) stands any more; returns how many stood."""
    if not pairs:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_END, [list(pairs)])
        return int(cursor.rowcount)


def keep_states(states: Mapping[int, tuple[int, int]], left: Sequence[int], *, rule_set: int) -> None:
    """Every source record in `states` was matched at that version and generation; those in `left` never were."""
    with connection.cursor() as cursor:
        if left:
            cursor.execute("DELETE FROM matching_matchstate WHERE source_record_id = ANY(%s::bigint[])", [list(left)])
        if states:
            versions, generations = zip(*states.values(), strict=True)
            cursor.execute(_MATCHED, [rule_set, list(states), list(versions), list(generations)])
