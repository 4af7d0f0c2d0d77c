"""Kinds of job that ingestion registers: each stage reads outside the transaction and writes inside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mdm.jobs.registry import ChunkContext, ChunkResult, JobKind
from sync.ingestion.operations import mapping_rows
from sync.ingestion.operations.clear_staged import clear_staged
from sync.ingestion.operations.end_absent_records import end_absent_records
from sync.ingestion.operations.finish_run import finish_run
from sync.ingestion.operations.import_mapping import MAPPING_KIND, finish_mapping
from sync.ingestion.operations.plan_run import plan_run, survey
from sync.ingestion.operations.stage_rows import read_batch, stage_rows
from sync.ingestion.operations.take_in_rows import join_range, take_in_rows
from sync.ingestion.queries.readings import run_of_job
from sync.ingestion.stages import KIND, LABELS, Stage

_READS: dict[int, Callable[[ChunkContext], Any]] = {
    Stage.READ: read_batch,
    Stage.PLAN: survey,
    Stage.TAKE_IN: join_range,
}


def _prepare(context: ChunkContext) -> Any:
    read = _READS.get(context.stage)
    return read(context) if read else run_of_job(context.job_id)


def _apply(context: ChunkContext, prepared: Any) -> ChunkResult:
    match context.stage:
        case Stage.READ:
            run, batch = prepared
            return stage_rows(run=run, name=context.payload["object"], batch=batch)
        case Stage.PLAN:
            boundaries, rows, absence = prepared
            return plan_run(boundaries=boundaries, rows=rows, absence=absence)
        case Stage.TAKE_IN:
            return take_in_rows(ready=prepared, actor=context.actor)
        case Stage.END_ABSENT:
            scope, key = context.payload["after"]
            return end_absent_records(run=prepared, after=(scope, key), actor=context.actor)
        case _:
            return clear_staged(run=prepared)


INGEST = JobKind(name=KIND, label="Ingest", prepare=_prepare, apply=_apply, finished=finish_run, stages=LABELS)
IMPORT_MAPPING = JobKind(
    name=MAPPING_KIND,
    label="Import a mapping sheet",
    prepare=mapping_rows.read_rows,
    apply=mapping_rows.link_rows,
    finished=finish_mapping,
    stages=("Linking",),
)
KINDS = (INGEST, IMPORT_MAPPING)
