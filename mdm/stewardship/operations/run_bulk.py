"""Carry out a prepared act on many, and take it back as one."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid5

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.accounts.queries import require
from mdm.events.operations.record import EventDraft, record
from mdm.jobs.models import Job
from mdm.jobs.operations.submit import submit
from mdm.jobs.registry import ChunkContext, ChunkDraft, ChunkResult
from mdm.kernel.clock import database_now
from mdm.kernel.errors import Conflict, DomainError, NotFound
from mdm.matching.models import Decision
from mdm.stewardship.answers import Answer
from mdm.stewardship.models import BulkAct, BulkItem, BulkKind, BulkStatus, TaskMember
from mdm.stewardship.operations.decide_task import decide_task
from mdm.stewardship.operations.prepare_bulk import require_samples_opened
from mdm.stewardship.operations.release_records import release_those_free
from mdm.stewardship.operations.undo_decision import undo_decision

BULK = "bulk"
PER_CHUNK = {BulkKind.MERGE: 20, BulkKind.RELEASE: 500}


@transaction.atomic
def start_bulk(*, bulk_id: UUID, actor: Actor, reason: str = "") -> Job:
    """A job carries the act out, item by item; what changed since it was prepared is left alone and listed.

    Raises: NotFound for another's act; NotAllowed without `decide`; Conflict while a sample was not opened, or when it
    was started already.
    """
    act = _mine(bulk_id, actor)
    require_samples_opened(act)
    return _submit(act, BulkStatus.DRAFT, BulkStatus.RUNNING, "bulk.started", actor, reason)


@transaction.atomic
def undo_bulk(*, bulk_id: UUID, actor: Actor, reason: str = "") -> Job:
    """A job takes back every decision of the act that nothing touched since, the last one first; the rest is listed.

    Raises: NotFound for another's act; NotAllowed without `decide`; Conflict unless the act is done.
    """
    act = _mine(bulk_id, actor)
    return _submit(act, BulkStatus.DONE, BulkStatus.UNDOING, "bulk.undone", actor, reason)


def _mine(bulk_id: UUID, actor: Actor) -> BulkAct:
    act = BulkAct.objects.select_for_update(no_key=True).filter(pk=bulk_id, requested_by=actor).first()
    if act is None:
        raise NotFound("There is no such act of yours.", field="bulk", value=str(bulk_id), remedy="Prepare it again.")
    require(actor, "decide", act.domain_id)
    return act


def _submit(act: BulkAct, wanted: str, becomes: str, type: str, actor: Actor, reason: str) -> Job:
    if act.status != wanted:
        raise Conflict(
            f"The act is {act.get_status_display().lower()}.",
            field="bulk",
            value=str(act.pk),
            remedy="Reload the page.",
        )
    undoing = becomes == BulkStatus.UNDOING
    items = list(act.items.order_by("-pk" if undoing else "pk").values_list("pk", flat=True))
    size = PER_CHUNK[BulkKind(act.kind)]
    chunks = [ChunkDraft({"items": items[start : start + size]}) for start in range(0, len(items), size)]
    # One after the other where order matters: each chunk of an undo is a stage of its own.
    staged = [ChunkDraft(one.payload, number if undoing else 0) for number, one in enumerate(chunks)]
    job = submit(
        kind=BULK,
        domain=act.domain_id,
        label=f"{'Undo: ' if undoing else ''}{act.get_kind_display()} {len(items)} where {act.rule}",
        params={"bulk": str(act.pk), "undo": undoing},
        actor=actor,
        chunks=staged,
        action="decide",
        total=len(items),
        reason=reason,
    )
    BulkAct.objects.filter(pk=act.pk).update(status=becomes, job=job.pk, reason=reason or act.reason, finished_at=None)
    record(EventDraft(type=type, domain=act.domain_id, subject=f"bulk:{act.pk}", reason=reason), actor=actor)
    return job


def carry_out_bulk(context: ChunkContext) -> ChunkResult:
    """The items of the chunk are decided, or taken back."""
    act = BulkAct.objects.get(pk=str(context.params["bulk"]))
    items = BulkItem.objects.filter(bulk=act, pk__in=context.payload["items"]).select_related("task", "golden")
    ordered = sorted(items, key=lambda item: item.pk, reverse=bool(context.params["undo"]))
    if context.params["undo"]:
        done = sum(_take_back(act, item, context.actor) for item in ordered)
    elif act.kind == BulkKind.RELEASE:
        done = _release(act, ordered, context)
    else:
        done = sum(_merge(act, item, context.actor) for item in ordered)
    return ChunkResult(done=len(ordered), counts={"decided": done, "left": len(ordered) - done})


def _merge(act: BulkAct, item: BulkItem, actor: Actor) -> bool:
    task = item.task
    assert task is not None
    decision = uuid5(act.pk, f"task:{task.pk}")
    if task.version != item.version:
        return _note(item, "The task changed since.")
    versions = dict(TaskMember.objects.filter(task=task).values_list("golden__code", "golden__version_number"))
    answer = Answer(
        verdict="merge",
        decision_id=decision,
        evidence_hash=task.evidence_hash,
        versions=versions,
        reason=f"One of many where {act.rule}. {act.reason}".strip()[:500],
    )
    try:
        with transaction.atomic():
            decide_task(task_id=task.pk, answer=answer, actor=actor)
    except DomainError as refusal:
        return _note(item, str(refusal))
    return _note(item, "merged", decision)


def _release(act: BulkAct, items: Sequence[BulkItem], context: ChunkContext) -> int:
    decision = uuid5(act.pk, f"chunk:{context.number}")
    current = [item for item in items if item.golden is not None and item.golden.version_number == item.version]
    goldens = [item.golden_id for item in current if item.golden_id is not None]
    release_those_free(
        decision_id=decision, domain=act.domain_id, goldens=goldens, actor=context.actor, reason=act.reason
    )
    made = Decision.objects.filter(pk=decision).first()
    released = set(made.effects.get("released", [])) if made else set()
    for item in items:
        _note(
            item, *(("released", decision) if item.golden_id in released else ("It changed, or something keeps it.",))
        )
    return len(released)


def _take_back(act: BulkAct, item: BulkItem, actor: Actor) -> bool:
    if item.decision_id is None or Decision.objects.filter(pk=item.decision_id, undone_by__isnull=False).exists():
        return False
    try:
        with transaction.atomic():
            undo_decision(
                decision_id=uuid5(item.decision_id, "undo"), of=item.decision_id, actor=actor, reason=act.reason
            )
    except DomainError as refusal:
        return _note(item, str(refusal), item.decision_id)
    return _note(item, "undone", item.decision_id)


def _note(item: BulkItem, outcome: str, decision: UUID | None = None) -> bool:
    """The item says what came of it; True when it was decided or taken back."""
    BulkItem.objects.filter(pk=item.pk).update(outcome=outcome[:200], decision_id=decision)
    return outcome in ("merged", "released", "undone")


def finish_bulk(job: Job) -> None:
    """The act has ended as its job did."""
    act = BulkAct.objects.get(job=job.pk)
    status = BulkStatus.UNDONE if act.status == BulkStatus.UNDOING else BulkStatus.DONE
    BulkAct.objects.filter(pk=act.pk).update(
        status=status, finished_at=database_now(), counts={**act.counts, **job.counts}
    )
    record(
        EventDraft(type="bulk.finished", domain=act.domain_id, subject=f"bulk:{act.pk}", detail={"counts": job.counts}),
        actor=job.requested_by,
    )
