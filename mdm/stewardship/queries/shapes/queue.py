"""Shapes of the queue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which tasks a queue shows; everything given must hold.

    `domain`: its code; empty = every domain the actor may view. `reasons`: of TaskReason, any of them. `systems`: each
    of them has an identifier in the task. `conflicts`: attributes that disagree, each of them; `any` = some attribute
    does. `who`: `me`, `none`, or part of a name; empty = anybody. `state`: `open` (not put off, not waiting), `waiting`
    (asked), `answered` (asked by the actor, and since answered), `snoozed`, `escalated`, `today` (decided since
    midnight), `done` or `all` (that are not closed). `text`: a code, an identifier or a name.
    `sort`: `value`, `score` (both highest first), `age` (oldest first), `new` (newest first).
    """

    domain: str = ""
    reasons: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    score_from: float | None = None
    score_to: float | None = None
    value_from: Decimal | None = None
    value_to: Decimal | None = None
    members_from: int | None = None
    members_to: int | None = None
    older_than: timedelta | None = None
    younger_than: timedelta | None = None
    who: str = ""
    state: str = "open"
    text: str = ""
    sort: str = "value"


@dataclass(frozen=True, slots=True)
class Lease:
    """Who is looking at a task: a courtesy, nobody is kept out. `holder` is empty when nobody is."""

    holder: str = ""
    mine: bool = False
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One task in the queue. `best_name` is the name of its first member, masked where the actor may not read it.

    `score` is None for tasks about one golden record. `codes` are the members' codes, first the one that would survive.
    """

    id: int
    domain: str
    reason: str
    status: str
    score: float | None
    member_count: int
    best_name: str
    codes: list[str]
    why: str
    value_at_stake: Decimal
    conflicts: list[str]
    systems: list[str]
    opened_at: datetime
    assignee: str
    assigned_to_me: bool
    snoozed_until: datetime | None
    escalated: bool
    lease: Lease
    version: int


@dataclass(frozen=True, slots=True)
class QueuePage:
    """`next` and `previous` are cursors for `list_tasks`, empty at either end."""

    rows: list[QueueRow]
    next: str
    previous: str


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value a queue can be narrowed by: `word` is what the typed line says for it, such as `source:SAP`."""

    value: str
    label: str
    word: str
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """How many tasks of the filtered queue have which value. Each list is sorted by count, then by label."""

    total: int
    reasons: list[FacetValue]
    systems: list[FacetValue]
    conflicts: list[FacetValue]
    members: list[FacetValue]
    scores: list[FacetValue]
    who: list[FacetValue]


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """The numbers of one domain's queue (or of all the actor may view) at `as_of`; each is the length of a list.

    `mine` are open and assigned to the actor; `answered` were asked about by the actor and answered since.
    """

    open: int
    mine: int
    waiting: int
    snoozed: int
    escalated: int
    answered: int
    done_today: int
    requests: int
    value_at_stake: Decimal
    as_of: datetime
