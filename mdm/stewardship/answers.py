"""What a steward answers to a task, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from mdm.matching.plans.picks import Pick

DECIDING: Final = ("merge", "not_a_match", "related", "split")
PUTTING_OFF: Final = ("ask", "later", "escalate", "skip")
VERDICTS: Final = (*DECIDING, *PUTTING_OFF)


@dataclass(frozen=True, slots=True)
class Answer:
    """One verdict with everything that binds it to what was on the screen. Members are named by their keys.

    `merge`: `members` (empty = all) become one; `survivor` (a code; empty = the first that lives), `picks` by path,
    `supersedes` verdicts that it overrules. Of a task about one record: it is still the same, or one after all.
    `not_a_match`: each of `members` is another, and what is in `second` together is another than what is in `members`
    together when both are given. `related`: the two members are related by `relation`. `split`: what is in `second`
    is told apart from the rest; of a task about one record, it becomes a record of its own.
    `ask`: `question` goes to `whom` (an actor's id, or None). `later`: until `until`. `escalate`, `skip`: `reason`.
    """

    verdict: str
    decision_id: UUID
    evidence_hash: str = ""
    versions: Mapping[str, int] = field(default_factory=dict)
    members: Sequence[str] = ()
    second: Sequence[str] = ()
    survivor: str = ""
    picks: Mapping[str, Pick] = field(default_factory=dict)
    supersedes: Sequence[int] = ()
    relation: str = "related"
    reason: str = ""
    question: str = ""
    whom: int | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """`decision` is None where nothing was decided about records. `closed` tells whether the task is; `opened` are the
    tasks that ask what is left of its question; `released` are codes released with the decision.
    """

    task: int
    verdict: str
    decision: UUID | None
    closed: bool
    opened: list[int] = field(default_factory=list)
    released: list[str] = field(default_factory=list)
