"""Long work of the stewardship app, as kinds of jobs."""

from __future__ import annotations

from typing import Any

from mdm.jobs.registry import ChunkContext, ChunkDraft, ChunkResult, JobKind
from mdm.matching.models import MatchRun
from mdm.matching.operations.compare_records import compare, keep_compared
from mdm.matching.operations.compare_shard import compare_shard, end_what_none_found, keep_shard, mark
from mdm.matching.operations.finish_match_run import finish_match_run
from mdm.matching.operations.submit_match_run import ASKING, COMPARING, ENDING, GATHERING, MARKING, MATCH
from mdm.matching.queries.due import matching_of
from mdm.stewardship.operations.refresh_tasks import refresh_tasks
from mdm.stewardship.operations.run_bulk import BULK, carry_out_bulk, finish_bulk
from mdm.stewardship.queries.pieces import pieces


def _prepare(context: ChunkContext) -> Any:
    if context.stage == COMPARING:
        return compare_shard(context) if context.params["full"] else compare(context)
    return _gathered(context) if context.stage == GATHERING else None


def _gathered(context: ChunkContext) -> list[list[int]]:
    matching = matching_of(context.domain)
    run = MatchRun.objects.get(pk=context.params["run"])
    if matching is None:
        return []
    return pieces(context.domain, matching, since=None if run.kind == "FULL" else run.started_at)


def _apply(context: ChunkContext, prepared: Any) -> ChunkResult:
    if context.stage == COMPARING:
        return keep_shard(context, prepared) if context.params["full"] else keep_compared(context, prepared)
    if context.stage == GATHERING:
        return ChunkResult(spawn=[ChunkDraft({"goldens": goldens}, ASKING) for goldens in prepared])
    return {MARKING: mark, ENDING: end_what_none_found, ASKING: _ask}[context.stage](context)


def _ask(context: ChunkContext) -> ChunkResult:
    goldens = [int(golden) for golden in context.payload["goldens"]]
    refreshed = refresh_tasks(domain=context.domain, goldens=goldens, actor=context.actor)
    return ChunkResult(counts={"opened": refreshed.opened, "updated": refreshed.changed, "closed": refreshed.gone})


MATCH_RECORDS = JobKind(
    name=MATCH,
    label="Match records",
    prepare=_prepare,
    apply=_apply,
    finished=finish_match_run,
    stages=("Taking records in", "Comparing", "Ending pairs", "Gathering", "Bringing tasks up to date"),
)


DECIDE_MANY = JobKind(
    name=BULK,
    label="Decide many tasks",
    apply=lambda context, prepared: carry_out_bulk(context),
    finished=finish_bulk,
    stages=("Deciding",),
)
