"""What stands about pairs of source records: the heads of verdict chains."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations, product
from typing import NamedTuple

from django.db import connection

Pair = tuple[int, int]
MOST_PAIRS = 20_000


class Head(NamedTuple):
    """The verdict that stands about a pair; `said_by` is the kind of the decision that said it."""

    pk: int
    left: int
    right: int
    kind: str
    by: str
    evidence_hash: str
    said_by: str


_HEADS = """
SELECT v.id, v.left_id, v.right_id, v.kind, v.by, v.evidence_hash, d.kind
FROM matching_verdict v JOIN matching_decision d ON d.id = v.decision_id
WHERE v.left_id = ANY(%s::bigint[]) AND v.right_id = ANY(%s::bigint[])
  AND NOT EXISTS (SELECT 1 FROM matching_verdict later WHERE later.supersedes_id = v.id)
ORDER BY v.left_id, v.right_id
"""
APART = frozenset({"DIFFERENT", "RELATED"})
"""Kinds of verdict that say: not the same."""


def heads_among(records: Iterable[int]) -> dict[Pair, Head]:
    """Return the verdict that stands, by (lower, higher) source record, wherever both are among `records`."""
    wanted = sorted(set(records))
    with connection.cursor() as cursor:
        cursor.execute(_HEADS, [wanted, wanted])
        return {(head.left, head.right): head for head in map(Head._make, cursor.fetchall())}


def ordered(one: int, other: int) -> Pair:
    """Return the pair as verdicts name it: the lower source record first."""
    return (one, other) if one < other else (other, one)


def across(groups: Sequence[Sequence[int]]) -> list[Pair]:
    """Return every pair of source records of two different groups, in order."""
    pairs = (product(left, right) for left, right in combinations(groups, 2))
    return sorted(ordered(one, other) for some in pairs for one, other in some)
