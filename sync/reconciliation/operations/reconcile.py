"""Comparing a target with what was confirmed there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import connection, transaction

from mdm.accounts.models import Actor
from mdm.events.operations.record import EventDraft, record
from mdm.jobs.models import Job, JobStatus
from mdm.jobs.operations.submit import submit
from mdm.jobs.registry import ChunkContext, ChunkDraft, ChunkResult
from mdm.kernel.clock import database_now
from mdm.kernel.constraints import translate
from mdm.kernel.errors import Conflict, NotFound
from sync.delivery.queries.lanes import goldens_as_they_stand
from sync.delivery.wanted import FlowView, GoldenState, ids_for
from sync.flows.mappings import content_of
from sync.flows.models import MappingVersion
from sync.mapping.applying import apply
from sync.mapping.content import GoldenView, Mapped
from sync.mapping.validating import golden_path
from sync.reconciliation.causes import DriftCause
from sync.reconciliation.compare import FieldDrift, compare
from sync.reconciliation.models import ChangeCursor, ReconciliationRun, RunKind, RunStatus
from sync.reconciliation.operations.note_drift import Found, note_drift
from sync.reconciliation.reading import Page, flow_of, is_readable, read_changes, read_page
from sync.targets.models import Connection, TargetRecord
from sync.targets.rights import require_operate

RECONCILE = "reconcile"

# Nothing of it is on its way: then only is it missing there.
_NOT_THERE = """
SELECT g.id FROM records_goldenrecord g
WHERE g.domain_id = %s AND g.status = 'ACTIVE' AND g.id > %s
  AND NOT EXISTS (SELECT FROM targets_targetrecord r
                  WHERE r.connection_id = %s AND r.object = %s AND r.golden_id = g.id)
  AND NOT EXISTS (SELECT FROM delivery_delivery d WHERE d.connection_id = %s AND d.object = %s AND d.golden_id = g.id
                  AND d.state NOT IN ('SUPERSEDED', 'CANCELLED'))
ORDER BY g.id LIMIT 500
"""
_OPEN = """
SELECT DISTINCT golden_id FROM delivery_delivery
WHERE connection_id = %s AND object = %s AND golden_id = ANY(%s::bigint[])
  AND state IN ('HELD', 'PENDING', 'SENDING', 'ACCEPTED', 'UNKNOWN', 'WAITING', 'REJECTED', 'DEAD')
"""


@transaction.atomic
def reconcile(*, system: str, object: str, kind: str, actor: Actor, reason: str = "") -> ReconciliationRun:
    """A job compares what `system` holds with what was confirmed there: every record (SCAN), or what it says changed
    (CHANGES; the first time, and where it has forgotten how far we were, every record).

    Raises: NotAllowed without `operate` on the system; NotFound without a connection; Conflict when no flow carries
    anything there, the target cannot be read, or a comparison is under way.
    """
    require_operate(actor, system)
    if not Connection.objects.filter(pk=system).exists():
        raise NotFound(f"{system} has no connection.", field="system", value=system, remedy="Add one first.")
    flow = flow_of(system, object)
    if not is_readable(system, object):
        raise Conflict(f"{system} does not tell what it holds.", field="system", value=system)
    under_way = Conflict(f"{object} of {system} is being compared already.", field="object", remedy="Wait for it.")
    with translate({"reconciliation_run_one_at_a_time": lambda: under_way}):
        run = ReconciliationRun.objects.create(
            connection_id=system,
            object=object,
            kind=kind,
            status=RunStatus.RUNNING,
            requested_by=actor,
            started_at=database_now(),
        )
    run.job = submit(
        kind=RECONCILE,
        domain=flow.domain,
        label=f"Compare {object} of {system}",
        params={"run": str(run.pk), "system": system, "object": object},
        actor=actor,
        chunks=[ChunkDraft(payload={"reads": "changes"} if kind == RunKind.CHANGES else {"reads": "page", "after": 0})],
        system=system,
        reason=reason,
    )
    run.save(update_fields=["job"])
    return run


def read_chunk(context: ChunkContext) -> Page | None:
    """Return what the chunk's part of the target holds. Changes nothing.

    Raises: ConnectorError, to be tried again; Conflict.
    """
    system, object_ = str(context.params["system"]), str(context.params["object"])
    if context.payload["reads"] == "changes":
        return read_changes(system=system, object=object_)
    if context.payload["reads"] == "page":
        return read_page(system=system, object=object_, after=int(context.payload["after"]))
    return None


def compare_chunk(context: ChunkContext, page: Page | None) -> ChunkResult:
    """What the chunk read is compared and noted; what follows from it is spawned."""
    system, object_ = str(context.params["system"]), str(context.params["object"])
    flow = flow_of(system, object_)
    if page is None:
        return _note_missing(context, flow)
    counts = _note(context, flow, page)
    if page.cursor is not None:
        ChangeCursor.objects.update_or_create(
            connection_id=system, object=object_, defaults={"cursor": page.cursor, "moved_at": database_now()}
        )
    return ChunkResult(done=len(page.kept), counts=counts, spawn=_next(context, page))


def _next(context: ChunkContext, page: Page) -> list[ChunkDraft]:
    if page.more:
        return [ChunkDraft(payload={"reads": "changes"})]
    if page.expired and page.cursor is None:
        # It has forgotten how far we were: from now on, and everything once.
        known = ChangeCursor.objects.filter(connection=context.params["system"], object=context.params["object"])
        known.update(cursor=None)
        return [ChunkDraft(payload={"reads": "changes"})]
    if page.expired:
        return [ChunkDraft(payload={"reads": "page", "after": 0})]
    if page.cursor is not None:
        return []
    if page.after is not None:
        return [ChunkDraft(payload={"reads": "page", "after": page.after})]
    return [ChunkDraft(payload={"reads": "missing", "after": 0}, stage=1)]


def _note(context: ChunkContext, flow: FlowView, page: Page) -> Mapping[str, int]:
    goldens = [kept.golden_id for kept in page.kept]
    states = {state.id: state for state in goldens_as_they_stand(goldens, flow.ids)}
    under_way = _under_way(flow, goldens)
    found: list[Found] = []
    for kept in page.kept:
        state = states.get(kept.golden_id)
        # What is about to be sent, or waits for a person, is no drift; a record we left behind is nobody's any more.
        if state is None or state.status != "ACTIVE" or kept.golden_id in under_way:
            continue
        for drift in _drifts(kept, state, flow, page):
            found.append(Found(kept.golden_id, kept.target_key, drift))
    looked_at = [golden for golden in goldens if golden not in under_way]
    return note_drift(
        system=flow.connection, object=flow.object, run=context.params["run"], looked_at=looked_at, found=found
    )


def _drifts(kept: TargetRecord, state: GoldenState, flow: FlowView, page: Page) -> Sequence[FieldDrift]:
    live = page.live[kept.golden_id]
    if live is None:
        return [FieldDrift("", "", DriftCause.DELETED_IN_TARGET, kept.target_key, None, state.code)]
    merged_into = page.moved.get(kept.golden_id) or (live.target_key if live.redirected_from else "")
    if merged_into:
        return [FieldDrift("", "", DriftCause.EDITED_IN_TARGET, kept.target_key, merged_into, state.code)]
    mapped = wanted_document(state, flow)
    return compare(
        confirmed=kept.confirmed_fields or {},
        live=live.fields,
        wanted=mapped.document,
        path_of=lambda field: golden_path(mapped, field),
    )


def wanted_document(state: GoldenState, flow: FlowView) -> Mapped:
    """Return what the flow would send of the golden record now."""
    ids = {
        (system, name): value for key, value in ids_for(flow, state).items() for system, _, name in [key.partition("/")]
    }
    golden = GoldenView(state.code, state.version, state.values, state.status, ids)
    return apply(content_of(MappingVersion.objects.get(pk=flow.mapping)), golden)


def _note_missing(context: ChunkContext, flow: FlowView) -> ChunkResult:
    """Records that the flow carries, and that were never confirmed there nor are on their way."""
    system, object_, after = flow.connection, flow.object, int(context.payload["after"])
    with connection.cursor() as cursor:
        cursor.execute(_NOT_THERE, [flow.domain, after, system, object_, system, object_])
        goldens = [golden for (golden,) in cursor.fetchall()]
    if not goldens:
        return ChunkResult()
    states = [state for state in goldens_as_they_stand(goldens, flow.ids) if flow.accepts(state.values)]
    found = [Found(s.id, "", FieldDrift("", "", DriftCause.MISSING, None, None, s.code)) for s in states]
    counts = note_drift(system=system, object=object_, run=context.params["run"], looked_at=goldens, found=found)
    following = [ChunkDraft(payload={"reads": "missing", "after": goldens[-1]}, stage=1)]
    return ChunkResult(done=len(goldens), counts=counts, spawn=following)


def _under_way(flow: FlowView, goldens: Sequence[int]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, [flow.connection, flow.object, list(goldens)])
        return {golden for (golden,) in cursor.fetchall()}


def finish_reconciliation(job: Job) -> None:
    """The run is over as its job is, and the audit tells what it found."""
    status = {JobStatus.DONE: RunStatus.DONE, JobStatus.CANCELLED: RunStatus.CANCELLED}.get(
        JobStatus(job.status), RunStatus.FAILED
    )
    runs = ReconciliationRun.objects.filter(job=job, status=RunStatus.RUNNING)
    if not runs.update(status=status, counts=job.counts, finished_at=database_now()):
        return
    run = ReconciliationRun.objects.get(job=job)
    counts = {name: int(count) for name, count in job.counts.items()}
    record(
        EventDraft(
            type="reconciliation.finished",
            domain=job.domain,
            subject=f"connection:{run.connection_id}",
            detail={"object": run.object, "kind": run.kind, "result": str(status), **counts},
        ),
        actor=job.requested_by,
    )
