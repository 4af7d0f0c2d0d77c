"""One task as it is reviewed, what the steward's choices would make of it, and what comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of
from mdm.engine.matching import MatchModel, weak_links
from mdm.governance.models import DomainPolicy
from mdm.governance.queries.policy import policy_of
from mdm.kernel.clock import database_now
from mdm.kernel.errors import NotFound
from mdm.matching.queries.due import matching_of
from mdm.records.models import GoldenVersion
from mdm.stewardship.choosing import chosen_members, first_to_survive
from mdm.stewardship.models import ReviewTask, TaskReason
from mdm.stewardship.queries.attribute_rows import rows_of
from mdm.stewardship.queries.comments import comments_about
from mdm.stewardship.queries.compared import matrix_of, pairs_of, why_not_automatic
from mdm.stewardship.queries.foreseen import Foreseen, foresee_merge, picks_of
from mdm.stewardship.queries.members import (
    Column,
    Spoken,
    columns_of,
    goldens_of,
    identifiers_of,
    labels_of,
    members_of,
    spoken_of,
)
from mdm.stewardship.queries.narrowing import narrowed, visible_tasks
from mdm.stewardship.queries.queue import after, lease_of, ordered
from mdm.stewardship.queries.shapes import (
    Identifier,
    ItemPreview,
    Neighbours,
    PairView,
    Question,
    QueueFilter,
    TaskItem,
)
from mdm.stewardship.queries.sight import Sight, sight_of
from mdm.stewardship.situation import Situation, situation_of

COUNTED_AT_MOST = 10_000


@dataclass(frozen=True, slots=True)
class _Read:
    """Everything about one task that is read from the database."""

    task: ReviewTask
    goldens: list[GoldenVersion]
    columns: list[Column]
    spoken: dict[int, list[Spoken]]
    identifiers: dict[int, list[Identifier]]
    labels: dict[int, str]
    situation: Situation
    model: MatchModel | None
    policy: DomainPolicy
    sight: Sight

    @property
    def pairs(self) -> list[PairView]:
        return pairs_of(self.situation, self.columns, self.labels, self.model) if self.together else []

    @property
    def together(self) -> bool:
        """Whether the task asks about several golden records."""
        return len(self.goldens) > 1


def item(*, actor: Actor, task_id: int) -> TaskItem:
    """Return the task with everything that its review shows; a fixed number of statements.

    Raises: NotFound when there is none, or it is of a domain that the actor may not view.
    """
    read = _read(actor, task_id)
    records = [version.golden for version in read.goldens]
    living = [golden for golden in records if golden.status in ("CANDIDATE", "ACTIVE")]
    foreseen = None
    if read.together and len(living) == len(records):
        foreseen = foresee_merge(
            actor=actor, task=read.task, goldens=records, chosen=records, picks={}, policy=read.policy
        )
    return _item(actor, read, foreseen)


def preview(*, actor: Actor, task_id: int, members: Sequence[str], picks: Mapping[str, Any]) -> ItemPreview:
    """Return what a merge of `members` (keys) shows, with `picks` by path: `{"source_record": id}`, `{"value": own}`.

    Raises: NotFound; Invalid for a key that names no member, or a value that its attribute does not take.
    """
    read = _read(actor, task_id)
    records, taken = [version.golden for version in read.goldens], picks_of(picks)
    chosen = chosen_members(records, members) if read.together else []
    foreseen = foresee_merge(
        actor=actor, task=read.task, goldens=records, chosen=chosen, picks=taken, policy=read.policy
    )
    keys = [column.key for column in read.columns]
    inside = [pair for pair in read.pairs if {pair.left, pair.right} <= set(members)]
    return ItemPreview(
        members=[golden.code for golden in chosen],
        results=foreseen.results(read.columns, read.labels, taken) if foreseen else {},
        score=inside[0].score if inside else None,
        matrix=matrix_of(inside, keys),
        consequences=foreseen.consequences(read.identifiers) if foreseen else None,
        picks=len(taken),
    )


def following(*, actor: Actor, filter: QueueFilter, after: int, n: int = 2) -> list[int]:
    """Return the ids of the next tasks of the view, after the task of that id; from the top when it is not there."""
    tasks = narrowed(actor, filter)
    here = visible_tasks(actor).filter(pk=after).first()
    found = ordered(tasks, filter.sort) if here is None else _behind(tasks, filter.sort, here)
    return list(found.exclude(pk=after).values_list("pk", flat=True)[:n])


def neighbours(*, actor: Actor, filter: QueueFilter, task_id: int) -> Neighbours:
    """Return where the task stands in the view; a task that is not in it has a place between others all the same."""
    tasks = narrowed(actor, filter)
    here = visible_tasks(actor).filter(pk=task_id).first()
    if here is None:
        return Neighbours(None, None, None, None)
    before = _behind(tasks, filter.sort, here, backwards=True).exclude(pk=task_id)
    next_one = _behind(tasks, filter.sort, here).exclude(pk=task_id).values_list("pk", flat=True).first()
    total = tasks.order_by()[: COUNTED_AT_MOST + 1].count()
    place = before.order_by()[: COUNTED_AT_MOST + 1].count() + 1
    return Neighbours(
        previous=before.values_list("pk", flat=True).first(),
        next=next_one,
        place=place if place <= COUNTED_AT_MOST else None,
        total=total if total <= COUNTED_AT_MOST else None,
    )


_behind = after


def _read(actor: Actor, task_id: int) -> _Read:
    tasks = visible_tasks(actor).select_related("assignee", "lease_holder", "finding", "asked", "asked_by")
    task = tasks.filter(pk=task_id).first()
    if task is None:
        raise NotFound("There is no such task.", field="task", value=str(task_id), remedy="Go back to the queue.")
    sight, matching = sight_of(actor, task.domain_id), matching_of(task.domain_id)
    goldens = goldens_of(task)
    ids = [version.golden_id for version in goldens]
    spoken, identifiers = spoken_of(ids), identifiers_of(ids, sight)
    return _Read(
        task=task,
        goldens=goldens,
        columns=columns_of(task, goldens, spoken),
        spoken=spoken,
        identifiers=identifiers,
        labels=labels_of(spoken, identifiers),
        situation=situation_of(task.domain_id, ids, matching),
        model=matching.model if matching else None,
        policy=policy_of(task.domain_id),
        sight=sight,
    )


def _item(actor: Actor, read: _Read, foreseen: Foreseen | None) -> TaskItem:
    task, pairs, now = read.task, read.pairs, database_now()
    keys = [column.key for column in read.columns]
    results = foreseen.results(read.columns, read.labels, {}) if foreseen else {}
    survivor = first_to_survive([version.golden for version in read.goldens])
    return TaskItem(
        id=task.pk,
        domain=task.domain_id,
        reason=task.reason,
        status=task.status,
        version=task.version,
        score=task.score,
        review_at=read.model.thresholds.review if read.model else None,
        auto_at=read.model.thresholds.auto if read.model else None,
        members=members_of(read.columns, read.spoken, read.identifiers, read.sight, survivor),
        rows=rows_of(read.columns, results, pairs[0] if pairs else None, read.model, read.sight),
        pairs=pairs,
        best=0 if pairs else None,
        matrix=matrix_of(pairs, keys),
        why=task.why,
        why_not_automatic=why_not_automatic(pairs, read.model, len(keys), allowed=read.policy.auto_merge),
        consequences=foreseen.consequences(read.identifiers) if foreseen else None,
        conflicts=list(task.conflicts),
        groups=_groups(read, pairs, keys),
        evidence_hash=task.evidence_hash,
        versions={version.golden.code: version.golden.version_number for version in read.goldens},
        value_at_stake=task.value_at_stake,
        opened_at=task.opened_at,
        assignee=task.assignee.name if task.assignee else "",
        assigned_to_me=task.assignee_id == actor.pk,
        snoozed_until=task.snoozed_until,
        escalated_at=task.escalated_at,
        question=_question(task),
        lease=lease_of(task, actor, now),
        comments=comments_about(actor=actor, subject=f"task:{task.pk}"),
        finding=task.finding_id,
        decision=task.decision_id,
        may_decide=permissions_of(actor).may("decide", task.domain_id),
        alone=not read.together,
    )


def _groups(read: _Read, pairs: Sequence[PairView], keys: Sequence[str]) -> list[list[str]]:
    """A proposal to split: where one weak link holds the members together, or where a verdict parts them."""
    if read.task.reason == TaskReason.CONFLICT:
        return [[keys[0]], list(keys[1:])] if len(keys) > 1 else []
    if len(keys) < 3 or read.model is None:
        return []
    place = {key: number for number, key in enumerate(keys)}
    ends = ([place[pair.left] for pair in pairs], [place[pair.right] for pair in pairs])
    left, right = (np.array(end, dtype=np.int64) for end in ends)
    scores = np.array([pair.score for pair in pairs], dtype=np.float64)
    weak = weak_links(np.zeros(len(keys), dtype=np.int32), (left, right), scores, read.model.thresholds.review)
    return [[keys[n] for n in side] for side in (weak[0].one, weak[0].other)] if weak else []


def _question(task: ReviewTask) -> Question | None:
    if not task.question or task.asked_by is None:
        return None
    return Question(task.question, task.asked_by.name, task.asked.name if task.asked else "", task.answered_at)
