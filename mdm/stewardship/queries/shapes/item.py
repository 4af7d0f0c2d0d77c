"""Shapes of one task as it is reviewed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from mdm.stewardship.queries.shapes.queue import Lease


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier as its system sent it. `url` leads into the system, empty where that is not known."""

    id: int
    system: str
    type: str
    scope: str
    value: str
    url: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Member:
    """One column. `kind`: `golden`, `record` (a source record) or `waiting` (a version that does not count yet).

    `code` is the golden record's in each case, `version` its number (for `waiting`: the source version's). `survives`
    is set for the member whose code would stay. `records` counts its source records, `since` is its age, `changed_at`
    its last change. `value_at_stake` is its own part of the task's. Of its
    `identifiers` those of its own sources come first.
    """

    key: str
    kind: str
    code: str
    status: str
    version: int
    name: str
    systems: list[str]
    identifiers: list[Identifier]
    records: int
    since: datetime
    changed_at: datetime
    value_at_stake: Decimal
    record_class: str
    business_status: str
    survives: bool
    source_record: int | None = None
    findings: int = 0


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a cell's text against the anchor's: `op` is `same`, `added` (here only) or `removed` (anchor only)."""

    op: str
    text: str


@dataclass(frozen=True, slots=True)
class Cell:
    """What one member says. `value` is None where it says nothing; masked values are bullets.

    `segments` tell the difference to the first member that says something; empty for that one, for a missing value, and
    where so little is alike that a comparison would be confetti (`apart` is set then). `source_record` is the one that
    says it, to be picked.
    """

    key: str
    value: Any
    text: str
    masked: bool
    source_record: int | None
    segments: list[Segment] = field(default_factory=list)
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Rival:
    """A value that would not be shown, and who says it."""

    label: str
    value: Any
    masked: bool
    source_record: int | None


@dataclass(frozen=True, slots=True)
class Result:
    """The value that will stay: who wins (`winner` = a member's key, empty for a pin), by which rule, and over whom.

    `label` names the winner for people: `SAP 100482`, or `pinned by Anna Kern`. `picked` = the steward chose it.
    """

    value: Any
    text: str
    masked: bool
    winner: str
    label: str
    rule: str
    source_record: int | None
    picked: bool
    runners_up: list[Rival]


@dataclass(frozen=True, slots=True)
class AttributeRow:
    """One attribute across the members, most telling first. `result` is None where nothing would be shown.

    `bits` is what the attribute adds to the shown pair's score, None where it is not compared; `level` names the level
    of comparison, `sentence` says it in words. `equal` = every member that says something says the same.
    """

    path: str
    label: str
    group: str
    privacy: str
    result: Result | None
    cells: list[Cell]
    bits: float | None
    level: str
    sentence: str
    equal: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """One step of the score. The bars of a pair, in order, add up to its score exactly."""

    comparison: str
    label: str
    level: str
    bits: float
    sentence: str


@dataclass(frozen=True, slots=True)
class PairView:
    """Two source records compared, as stored by the match run. `left` and `right` are members' keys.

    `verdict` is the kind of the verdict in force between them, empty when nobody judged. `would_change` names, for the
    best pair of a task, the nearest change of one field that takes it across a threshold.
    """

    left: str
    right: str
    left_record: int
    right_record: int
    left_label: str
    right_label: str
    score: float
    bars: list[Bar]
    evidence_hash: str
    verdict: str
    would_change: str = ""


@dataclass(frozen=True, slots=True)
class Moving:
    """An identifier that would lead elsewhere."""

    identifier: Identifier
    from_code: str
    to_code: str


@dataclass(frozen=True, slots=True)
class Consequences:
    """What a merge of the chosen members would do. `policy` is how the domain releases: auto, reviewed or steward.

    `releases` = the decision itself releases the result; `blocked_by` says in words what keeps it from being released.
    `supersedes` are verdicts that the merge overrules: it needs a reason then. `warnings` are sentences.
    """

    survivor: str
    joined: list[str]
    moving: list[Moving]
    policy: str
    hold_seconds: int
    releases: bool
    blocked_by: list[str]
    supersedes: list[int]
    warnings: list[str]


@dataclass(frozen=True, slots=True)
class CommentView:
    """A comment, oldest first in its list. `of` is the code of the joined golden record it was made below; mostly
    empty.
    """

    author: str
    body: str
    created_at: datetime
    of: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked about a task, by whom of whom; `answered_at` is None while it waits."""

    text: str
    asked_by: str
    whom: str
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class TaskItem:
    """Everything the review screen shows of one task.

    `matrix[i][j]` is the best score between members i and j, None where they were not compared. `evidence_hash` and
    `versions` (code -> version number) go back with the decision: it is refused with what changed when they moved.
    `best` is the index in `pairs` of the pair the attribute rows are explained by, None for a task without pairs.
    `review_at` and `auto_at` are the thresholds in bits. `groups` are proposals for a split: lists of members' keys.
    `may_decide` = the actor has the right; the operation checks it again. `alone` = it asks about one golden record,
    whatever the number of its columns: it takes `merge` (still the same) and `split` (another one now) only.
    """

    id: int
    domain: str
    reason: str
    status: str
    version: int
    score: float | None
    review_at: float | None
    auto_at: float | None
    members: list[Member]
    rows: list[AttributeRow]
    pairs: list[PairView]
    best: int | None
    matrix: list[list[float | None]]
    why: str
    why_not_automatic: list[str]
    consequences: Consequences | None
    conflicts: list[str]
    groups: list[list[str]]
    evidence_hash: str
    versions: Mapping[str, int]
    value_at_stake: Decimal
    opened_at: datetime
    assignee: str
    assigned_to_me: bool
    snoozed_until: datetime | None
    escalated_at: datetime | None
    question: Question | None
    lease: Lease
    comments: list[CommentView]
    finding: int | None
    decision: UUID | None
    may_decide: bool
    alone: bool = False


@dataclass(frozen=True, slots=True)
class ItemPreview:
    """What changes on the screen when members or picks change: the result column, the pairs shown, what follows.

    `results` by path; a path that is not there would not be shown. `picks` counts the steward's own values.
    """

    members: list[str]
    results: Mapping[str, Result]
    score: float | None
    matrix: list[list[float | None]]
    consequences: Consequences | None
    picks: int


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Where a task stands in a view: the ids before and after it, its place and the view's length (None = unknown)."""

    previous: int | None
    next: int | None
    place: int | None
    total: int | None
