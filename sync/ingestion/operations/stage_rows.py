"""Read the next rows of a file into the staging table."""

from __future__ import annotations

from dataclasses import asdict

from django.db import transaction

from mdm.governance.queries import active_pack
from mdm.jobs.registry import ChunkContext, ChunkDraft, ChunkResult
from mdm.kernel.copying import copy_rows
from sync.ingestion.intake import batch_rows
from sync.ingestion.models import IngestionRun
from sync.ingestion.operations.reject_rows import reject_rows
from sync.ingestion.queries.readings import reading_from_json, run_of_job
from sync.ingestion.reading.rows import Place
from sync.ingestion.reading_rows import Batch, RowJudge
from sync.ingestion.stages import Stage

_COLUMNS = ("run_id", "object", "row", "scope", "key", "element", "cells")
_SECONDS = 8.0


def read_batch(context: ChunkContext) -> tuple[IngestionRun, Batch]:
    """Return the rows from the chunk's place on: as many as fit into one chunk. Changes nothing."""
    run = run_of_job(context.job_id)
    name = context.payload["object"]
    reading = reading_from_json(name, run.objects_read[name], run.scope)
    place = context.payload.get("place")
    judge = RowJudge(reading, run.id_type, active_pack(run.id_type.domain_id))
    return run, judge.read(Place(**place) if place else None, rows=batch_rows(), seconds=_SECONDS)


def stage_rows(*, run: IngestionRun, name: str, batch: Batch) -> ChunkResult:
    """The batch is staged, its unusable rows are rejected, and the chunk for the rows behind it waits."""
    copy_rows("ingestion_stagedrow", _COLUMNS, ((run.pk, *row) for row in batch.staged))
    reject_rows(run=run.pk, rejections=batch.rejected)
    if batch.formulas:
        _note_formulas(run.pk, name, batch)
    spawn = []
    if batch.after is not None:
        spawn = [ChunkDraft(stage=Stage.READ, payload={"object": name, "place": asdict(batch.after)})]
    counts = {
        "rows": len(batch.staged) + len(batch.rejected),
        "rejected": len(batch.rejected),
        "formula_cells": batch.formula_count,
    }
    return ChunkResult(counts={key: count for key, count in counts.items() if count}, spawn=spawn)


def _note_formulas(run: int, name: str, batch: Batch) -> None:
    """Keep where cells look like formulas, never what they say; the first batch with some speaks for its object."""
    with transaction.atomic():
        locked = IngestionRun.objects.select_for_update().get(pk=run)
        if any(note["code"] == "formula" and note["object"] == name for note in locked.notes):
            return
        places = ", ".join(f"row {row} {column}" for row, column in batch.formulas[:5])
        text = f"Cells look like formulas and were kept as text, never evaluated: {places}."
        notes = [*locked.notes, {"code": "formula", "object": name, "text": text}]
        IngestionRun.objects.filter(pk=run).update(notes=notes)
