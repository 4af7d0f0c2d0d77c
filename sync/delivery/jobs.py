"""Long work of deliveries, as kinds of jobs."""

from __future__ import annotations

from mdm.jobs.registry import ChunkContext, ChunkDraft, ChunkResult, JobKind
from mdm.records.models import GoldenRecord
from sync.delivery.operations.fan_out import queue_for
from sync.delivery.operations.run_flow import FAN_OUT_JOB
from sync.delivery.queries.lanes import carrying_flows

GOLDENS_PER_CHUNK = 500


def _next_goldens(context: ChunkContext) -> list[int]:
    after = int(context.payload.get("after", 0))
    released = GoldenRecord.objects.filter(domain_id=context.domain, released_at__isnull=False, pk__gt=after)
    return list(released.order_by("pk").values_list("pk", flat=True)[:GOLDENS_PER_CHUNK])


def _queue(context: ChunkContext, goldens: list[int]) -> ChunkResult:
    if not goldens:
        return ChunkResult()
    queued = queue_for(goldens, flows=carrying_flows(codes=[str(context.params["flow"])]))
    return ChunkResult(done=len(goldens), counts={"queued": queued}, spawn=[ChunkDraft(payload={"after": goldens[-1]})])


FAN_OUT = JobKind(
    name=FAN_OUT_JOB,
    label="Queue what a flow carries",
    prepare=_next_goldens,
    apply=_queue,
    stages=("Queuing",),
)
