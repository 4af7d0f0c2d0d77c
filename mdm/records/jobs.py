"""Long work of the records app, as kinds of jobs."""

from __future__ import annotations

from mdm.jobs.registry import ChunkContext, ChunkDraft, ChunkResult, JobKind
from mdm.records.models import GoldenRecord
from mdm.records.next_versions import LIVING
from mdm.records.operations.reproject import reproject

GOLDENS_PER_CHUNK = 1000


def _next_goldens(context: ChunkContext) -> list[int]:
    after = int(context.payload.get("after", 0))
    living = GoldenRecord.objects.filter(domain_id=context.domain, status__in=LIVING, pk__gt=after)
    return list(living.order_by("pk").values_list("pk", flat=True)[:GOLDENS_PER_CHUNK])


def _reproject(context: ChunkContext, goldens: list[int]) -> ChunkResult:
    if not goldens:
        return ChunkResult()
    changed = reproject(
        domain=context.domain, goldens=goldens, actor=context.actor, reason=str(context.params.get("reason", ""))
    )
    return ChunkResult(
        done=len(goldens), counts={"changed": changed}, spawn=[ChunkDraft(payload={"after": goldens[-1]})]
    )


REPROJECT = JobKind(
    name="reproject",
    label="Project golden records anew",
    prepare=_next_goldens,
    apply=_reproject,
    stages=("Projecting",),
)
