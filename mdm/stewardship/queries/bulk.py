"""An act on many as it is looked at before it is started, while it runs, and after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of
from mdm.kernel.errors import NotFound
from mdm.stewardship.models import BulkAct, BulkItem


@dataclass(frozen=True, slots=True)
class Sample:
    """One item that must be opened: a task (`task` is its id), or a golden record (`code`)."""

    item: int
    task: int | None
    code: str
    opened: bool


@dataclass(frozen=True, slots=True)
class BulkView:
    """`may_start` once every sample was opened; `left` are (what, why) of items that were left alone, 200 at most."""

    id: UUID
    kind: str
    status: str
    rule: str
    line: str
    items: int
    samples: list[Sample]
    may_start: bool
    may_undo: bool
    counts: dict[str, int]
    left: list[tuple[str, str]]
    job: UUID | None
    requested_by: str
    created_at: datetime


def bulk_view(*, actor: Actor, bulk_id: UUID) -> BulkView:
    """Return the act.

    Raises: NotFound when there is none, or it is of a domain that the actor may not view.
    """
    act = BulkAct.objects.select_related("requested_by").filter(pk=bulk_id).first()
    if act is None or not permissions_of(actor).may("view", act.domain_id):
        raise NotFound("There is no such act.", field="bulk", value=str(bulk_id), remedy="Go back to the queue.")
    mine = act.requested_by_id == actor.pk
    samples = [_sample(item) for item in act.items.filter(sample=True).select_related("golden").order_by("pk")]
    left = act.items.exclude(outcome__in=("", "merged", "released", "undone")).select_related("golden").order_by("pk")
    return BulkView(
        id=act.pk,
        kind=act.kind,
        status=act.status,
        rule=act.rule,
        line=act.query,
        items=act.items.count(),
        samples=samples,
        may_start=mine and act.status == "DRAFT" and all(one.opened for one in samples),
        may_undo=mine and act.status == "DONE",
        counts=act.counts,
        left=[(_what(item), item.outcome) for item in left[:200]],
        job=act.job,
        requested_by=act.requested_by.name,
        created_at=act.created_at,
    )


def _sample(item: BulkItem) -> Sample:
    return Sample(item.pk, item.task_id, item.golden.code if item.golden else "", item.opened_at is not None)


def _what(item: BulkItem) -> str:
    return item.golden.code if item.golden else f"task {item.task_id}"
