"""A full run: its records count as matched, each shard keeps the pairs of its blocks, and at last what none found ends.

The records are marked before any of them is read: one that moves on meanwhile is not the version that was marked, so it
waits again. What each shard found is kept until the run is over, because only all of them together can tell that a pair
is gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from mdm.jobs.registry import ChunkContext, ChunkResult
from mdm.kernel.errors import Conflict
from mdm.matching.corpus import corpus_of
from mdm.matching.models import MatchShard
from mdm.matching.operations.compare_records import matching_of_run, standing
from mdm.matching.operations.keep_pairs import KeptPair, keep_pairs
from mdm.matching.queries.due import DUE

_HERE = f"""
INSERT INTO matching_matchstate (source_record_id, version, generation, rule_set_id, matched_at)
SELECT s.id, s.in_force, s.generation, %(rule_set)s, clock_timestamp() {DUE}
    AND c.id IS NOT NULL AND NOT s.deleted AND s.id BETWEEN %(first)s AND %(last)s ORDER BY s.id
ON CONFLICT (source_record_id) DO UPDATE SET version = excluded.version, generation = excluded.generation,
    rule_set_id = excluded.rule_set_id, matched_at = excluded.matched_at
"""
_LEFT = f"""
DELETE FROM matching_matchstate WHERE source_record_id IN (
    SELECT s.id {DUE} AND (c.id IS NULL OR s.deleted) AND s.id BETWEEN %(first)s AND %(last)s)
"""
_END = """
UPDATE matching_matchpair SET gone_at = clock_timestamp() WHERE id IN (
    SELECT p.id FROM matching_matchpair p WHERE p.rule_set_id = %(rule_set)s AND p.gone_at IS NULL AND NOT EXISTS (
        SELECT 1 FROM matching_matchshard m CROSS JOIN LATERAL unnest(m.lefts, m.rights) AS f(one, other)
        WHERE m.run_id = %(run)s AND f.one = p.left_id AND f.other = p.right_id)
    ORDER BY p.left_id, p.right_id FOR NO KEY UPDATE)
"""
_FOUND = """
SELECT count(*) FROM (SELECT DISTINCT f.one, f.other FROM matching_matchshard m
    CROSS JOIN LATERAL unnest(m.lefts, m.rights) AS f(one, other) WHERE m.run_id = %(run)s) AS pairs
"""


@dataclass(frozen=True, slots=True)
class ComparedShard:
    """The pairs that stand, and both sides of all that were found."""

    rule_set: int
    pairs: list[KeptPair]
    lefts: Sequence[int]
    rights: Sequence[int]


def mark(context: ChunkContext) -> ChunkResult:
    """The chunk's records count as matched as they stand; those that are linked no more do not.

    Raises: Conflict when the rules the run began with are no longer in force, or it was begun by an earlier release.
    """
    if not context.params["full"]:
        raise Conflict("The run was begun by an earlier release.", remedy="Start it again.")
    parameters: dict[str, Any] = {
        "domain": context.domain,
        "rule_set": matching_of_run(context).rule_set,
        "first": int(context.payload["first"]),
        "last": int(context.payload["last"]),
    }
    with connection.cursor() as cursor:
        cursor.execute(_LEFT, parameters)
        cursor.execute(_HERE, parameters)
    return ChunkResult()


def compare_shard(context: ChunkContext) -> ComparedShard:
    """Compare all records of the domain within the blocks of this shard; changes nothing.

    Raises: Conflict when the rules the run began with are no longer in force.
    """
    matching = matching_of_run(context)
    corpus = corpus_of(context.domain, matching.rule_set, matching.model, context.heartbeat)
    with corpus.turn:
        found = corpus.shard(int(context.payload["shard"]), int(context.payload["of"]), context.heartbeat)
    lefts, rights = [pair.left for pair in found], [pair.right for pair in found]
    return ComparedShard(matching.rule_set, standing(found, matching.model), lefts, rights)


def keep_shard(context: ChunkContext, compared: ComparedShard) -> ChunkResult:
    """The pairs of the shard are stored, and what it found is kept until the run is over."""
    run = UUID(str(context.params["run"]))
    kept = keep_pairs(compared.pairs, rule_set=compared.rule_set, run=run)
    number = int(context.payload["shard"])
    MatchShard.objects.create(run_id=run, number=number, lefts=compared.lefts, rights=compared.rights)
    return ChunkResult(done=int(context.payload["records"]), counts={"changed": kept})


def end_what_none_found(context: ChunkContext) -> ChunkResult:
    """Stored pairs that no shard of the run found are gone."""
    parameters: dict[str, Any] = {"rule_set": int(context.params["rule_set"]), "run": str(context.params["run"])}
    with connection.cursor() as cursor:
        cursor.execute(_END, parameters)
        gone = cursor.rowcount
        cursor.execute(_FOUND, parameters)
        (found,) = cursor.fetchone()
    return ChunkResult(counts={"pairs": int(found), "gone": gone})
