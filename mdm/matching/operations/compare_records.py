"""One chunk of a run over what changed: some source records looked up among all others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from mdm.engine.matching import MatchModel, evidence_hash
from mdm.jobs.registry import ChunkContext, ChunkResult
from mdm.kernel.errors import Conflict
from mdm.matching.corpus import FoundPair, corpus_of
from mdm.matching.evidence import evidence_of
from mdm.matching.models import MatchPair
from mdm.matching.operations.keep_pairs import KeptPair, end_pairs, keep_pairs, keep_states
from mdm.matching.queries.due import Matching, due_between, matching_of


@dataclass(frozen=True, slots=True)
class Compared:
    """What comparing found: `states` are version and generation of the records compared that are linked, `left` those
    that no longer are; `gone` are stored pairs that were not found again.
    """

    rule_set: int
    pairs: list[KeptPair]
    states: dict[int, tuple[int, int]]
    left: list[int]
    gone: list[int]


def compare(context: ChunkContext) -> Compared:
    """Look the chunk's records up among all; changes nothing.

    Raises: Conflict when the rules the run began with are no longer in force.
    """
    matching = matching_of_run(context)
    first, last = int(context.payload["first"]), int(context.payload["last"])
    records = due_between(context.domain, matching.rule_set, first, last)
    corpus = corpus_of(context.domain, matching.rule_set, matching.model, context.heartbeat)
    with corpus.turn:
        found, states = corpus.pairs_of(records), corpus.states(records)
    left = sorted(set(records) - states.keys())
    pairs = standing(found, matching.model)
    return Compared(matching.rule_set, pairs, states, left, _gone(matching.rule_set, records, found))


def matching_of_run(context: ChunkContext) -> Matching:
    """Return the matching rules that the run began with.

    Raises: Conflict when they are no longer in force.
    """
    matching = matching_of(context.domain)
    if matching is None or matching.rule_set != int(context.params["rule_set"]):
        raise Conflict("Another rule set was published while records were matched.", remedy="Start the run again.")
    return matching


def standing(found: Sequence[FoundPair], model: MatchModel) -> list[KeptPair]:
    """Return those of the pairs whose records still say what was compared; what moved on waits for its next match."""
    said = evidence_of(sorted({record for pair in found for record in (pair.left, pair.right)}))
    versions = {record: one.version for record, one in said.items()}
    return [
        KeptPair(pair, evidence_hash(said[pair.left].values, said[pair.right].values, model))
        for pair in found
        if versions.get(pair.left) == pair.left_version and versions.get(pair.right) == pair.right_version
    ]


def keep_compared(context: ChunkContext, compared: Compared) -> ChunkResult:
    """The pairs found are stored, those not found again are gone, and the records count as matched."""
    run = UUID(str(context.params["run"]))
    kept = keep_pairs(compared.pairs, rule_set=compared.rule_set, run=run)
    gone = end_pairs(compared.gone)
    keep_states(compared.states, compared.left, rule_set=compared.rule_set)
    done = len(compared.states) + len(compared.left)
    return ChunkResult(done=done, counts={"pairs": len(compared.pairs), "changed": kept, "gone": gone})


def _gone(rule_set: int, records: Sequence[int], found: Sequence[FoundPair]) -> list[int]:
    again = {(pair.left, pair.right) for pair in found}
    return [pk for pk, left, right in _stored(rule_set, records) if (left, right) not in again]


def _stored(rule_set: int, records: Sequence[int]) -> list[tuple[int, int, int]]:
    live = MatchPair.objects.filter(rule_set=rule_set, gone_at__isnull=True)
    found: set[tuple[int, int, int]] = set()
    for side in ("left__in", "right__in"):
        found.update(live.filter(**{side: list(records)}).values_list("pk", "left_id", "right_id"))
    return sorted(found)
