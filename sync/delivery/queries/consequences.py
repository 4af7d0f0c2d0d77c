"""What a merge would send: per flow, what becomes of the surviving record's and of the joined records' counterparts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of
from mdm.kernel.errors import NotFound
from mdm.records.models import GoldenRecord, GoldenVersion
from mdm.stewardship.models import ReviewTask, TaskMember
from sync.flows.models import Direction, Flow, FlowMode, LoserPolicy
from sync.flows.record_filter import compile_filter
from sync.targets.models import TargetRecord


@dataclass(frozen=True, slots=True)
class Sending:
    """What one flow would do. `left` are joined records that the target holds; they are `blocked` there, or stay and
    are listed. `shadow`: shown only, not sent.
    """

    flow: Flow
    creates: bool
    left: list[str]
    blocked: bool
    shadow: bool


def consequences_of_merge(*, actor: Actor, task: int, members: Sequence[str] = ()) -> list[Sending]:
    """Return what a merge of the task's members (codes; empty = all) would send, by flow; nothing for flows that do not
    carry the survivor and whose target holds none of them.

    Raises: NotFound, also for a task of a domain that the actor may not view.
    """
    found = ReviewTask.objects.filter(pk=task).first()
    if found is None or not permissions_of(actor).may("view", found.domain_id):
        raise NotFound("There is no such task.", field="task", value=str(task), remedy="Go back to the queue.")
    rows = TaskMember.objects.filter(task=found).order_by("position", "golden_id").select_related("golden")
    goldens = [row.golden for row in rows if not members or row.golden.code in members]
    if len(goldens) < 2:
        return []
    survivor = min(goldens, key=lambda golden: golden.status != "ACTIVE")
    there = _held(goldens)
    flows = Flow.objects.filter(domain=found.domain_id, direction=Direction.OUT).exclude(mode=FlowMode.OFF)
    values = _values(survivor)
    return [
        Sending(
            flow=flow,
            creates=(flow.target_id, flow.object, survivor.pk) not in there,
            left=left,
            blocked=flow.loser_policy == LoserPolicy.BLOCK,
            shadow=flow.mode == FlowMode.SHADOW,
        )
        for flow in flows.select_related("target").order_by("pk")
        if (left := _left(flow, goldens, survivor, there)) or compile_filter(flow.record_filter)(values)
    ]


def _held(goldens: Sequence[GoldenRecord]) -> set[tuple[str, str, int]]:
    """(connection, object, golden record) of what targets hold of them."""
    rows = TargetRecord.objects.filter(golden__in=[golden.pk for golden in goldens])
    return set(rows.values_list("connection_id", "object", "golden_id"))


def _values(survivor: GoldenRecord) -> dict[str, object]:
    version = GoldenVersion.objects.filter(golden=survivor).order_by("-number").first()
    return dict(version.values or {}) if version else {}


def _left(
    flow: Flow, goldens: Sequence[GoldenRecord], survivor: GoldenRecord, there: set[tuple[str, str, int]]
) -> list[str]:
    return [
        golden.code
        for golden in goldens
        if golden.pk != survivor.pk and (flow.target_id, flow.object, golden.pk) in there
    ]
