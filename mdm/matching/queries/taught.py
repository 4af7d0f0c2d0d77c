"""What people decided about pairs of source records, as labels that weights are learned from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection

from mdm.engine.matching import Labels, MatchModel, Table, evidence_hash, table_of
from mdm.kernel.errors import Invalid
from mdm.matching.evidence import evidence_of, said_then

FEWEST: Final = 20
FEWEST_OF_A_KIND: Final = 5
_BATCH: Final = 2_000

_HEADS = """
FROM matching_verdict v JOIN records_sourcerecord s ON s.id = v.left_id
WHERE s.domain_id = %s AND v.by = 'PERSON' AND v.kind <> 'WITHDRAWN'
  AND NOT EXISTS (SELECT 1 FROM matching_verdict later WHERE later.supersedes_id = v.id)
"""


class Tally(NamedTuple):
    """How many pairs people said to be the same, and not the same (related ones are not)."""

    same: int
    different: int

    def require_enough(self) -> None:
        """Say nothing where weights can be learned from so many.

        Raises: Invalid.
        """
        if sum(self) < FEWEST or min(self) < FEWEST_OF_A_KIND:
            raise Invalid(
                f"People said of {self.same} pairs that they are the same, and of {self.different} that they are not.",
                field="verdicts",
                value=str(sum(self)),
                remedy=f"Weights are learned from {FEWEST} pairs on, at least {FEWEST_OF_A_KIND} of either kind.",
            )


@dataclass(frozen=True, eq=False)
class Taught:
    """`table` holds what the records said when people looked at them. Of label i, `decisions[i]` numbers the decision
    that it is part of, `given_at[i]` is when, and `records[i]` are its two source records. Verdicts on something that
    cannot be found any more are `left_out`.
    """

    table: Table
    labels: Labels
    decisions: list[int]
    given_at: list[datetime]
    records: list[tuple[str, str]]
    left_out: int

    @property
    def tally(self) -> Tally:
        """The labels counted."""
        same = int(self.labels.same.sum())
        return Tally(same, len(self.labels.same) - same)


def verdicts_standing(domain: str) -> Tally:
    """Return how many verdicts of people stand in the domain."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT v.kind = 'SAME', count(*) {_HEADS} GROUP BY 1", [domain])
        counted = dict(cursor.fetchall())
    return Tally(counted.get(True, 0), counted.get(False, 0))


class _Head(NamedTuple):
    left: int
    right: int
    same: bool
    evidence_hash: str
    decision: UUID
    at: datetime


class _Said(NamedTuple):
    """What one record said in one version; `key` names it among the rows."""

    key: str
    values: Mapping[str, Any]


def taught_in(domain: str, model: MatchModel) -> Taught:
    """Return the standing verdicts of people in the domain, each with what its records said when it was given: what
    they say now where nothing that decides has changed, else what they said then.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT v.left_id, v.right_id, v.kind = 'SAME', v.evidence_hash, v.decision_id, v.created_at {_HEADS}"
            " ORDER BY v.id",
            [domain],
        )
        heads = [_Head._make(row) for row in cursor.fetchall()]
    gathering = _Gathering(model)
    for start in range(0, len(heads), _BATCH):
        gathering.take(heads[start : start + _BATCH])
    return gathering.taught()


@dataclass
class _Gathering:
    model: MatchModel
    rows: dict[str, int] = field(default_factory=dict)
    values: list[Mapping[str, Any]] = field(default_factory=list)
    verdicts: list[tuple[int, int, bool]] = field(default_factory=list)
    decisions: dict[UUID, int] = field(default_factory=dict)
    of: list[int] = field(default_factory=list)
    given_at: list[datetime] = field(default_factory=list)
    records: list[tuple[str, str]] = field(default_factory=list)
    left_out: int = 0

    def take(self, heads: list[_Head]) -> None:
        now = evidence_of(sorted({record for head in heads for record in (head.left, head.right)}))
        said = {record: _Said(f"{record}", one.values) for record, one in now.items()}
        changed = [head for head in heads if not self._label(head, said.get(head.left), said.get(head.right))]
        asked = [(record, head.at) for head in changed for record in (head.left, head.right)]
        then = [
            None if found is None else _Said(f"{record}/{found[0]}", found[1])
            for (record, _), found in zip(asked, said_then(asked), strict=True)
        ]
        for at, head in enumerate(changed):
            self.left_out += not self._label(head, then[2 * at], then[2 * at + 1])

    def _label(self, head: _Head, left: _Said | None, right: _Said | None) -> bool:
        """Take the verdict if these are what it was given on."""
        if left is None or right is None or evidence_hash(left.values, right.values, self.model) != head.evidence_hash:
            return False
        self.verdicts.append((self._row(left), self._row(right), head.same))
        self.of.append(self.decisions.setdefault(head.decision, len(self.decisions)))
        self.given_at.append(head.at)
        self.records.append((str(head.left), str(head.right)))
        return True

    def _row(self, said: _Said) -> int:
        if said.key not in self.rows:
            self.rows[said.key] = len(self.values)
            self.values.append(said.values)
        return self.rows[said.key]

    def taught(self) -> Taught:
        table = table_of(list(self.rows), self.values, self.model)
        return Taught(table, Labels.of(self.verdicts), self.of, self.given_at, self.records, self.left_out)
