"""Cut what was staged into chunks, and refuse a full file that lacks too much."""

from __future__ import annotations

from django.db import connection

from mdm.jobs.registry import ChunkContext, ChunkDraft, ChunkResult
from mdm.kernel.errors import Invalid
from sync.ingestion.intake import chunk_keys
from sync.ingestion.models import IngestionRun
from sync.ingestion.queries.absent import Absence, absence_of
from sync.ingestion.queries.readings import run_of_job
from sync.ingestion.stages import Stage

_BOUNDARIES = """
SELECT scope, key FROM (
    SELECT scope, key, row_number() OVER (ORDER BY scope, key) AS number
    FROM (SELECT DISTINCT scope, key FROM ingestion_stagedrow WHERE run_id = %s) AS keys
) AS numbered WHERE (number - 1) %% %s = 0 ORDER BY scope, key
"""
_COUNT = "SELECT count(*) FROM ingestion_stagedrow WHERE run_id = %s"


def survey(context: ChunkContext) -> tuple[list[tuple[str, str]], int, Absence | None]:
    """Return the first identifier of each chunk to be, the rows staged, and what a full file lacks. Changes nothing.

    Raises: Invalid when a full file lacks a larger share of the known records than the run allows.
    """
    run = run_of_job(context.job_id)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [run.pk])
        (rows,) = cursor.fetchone()
        cursor.execute(_BOUNDARIES, [run.pk, chunk_keys()])
        boundaries = cursor.fetchall()
    absence = absence_of(run) if run.full else None
    if absence is not None and not absence.unreadable and absence.share > run.absent_share_limit:
        raise _truncated(run, absence)
    return boundaries, rows, absence


def plan_run(*, boundaries: list[tuple[str, str]], rows: int, absence: Absence | None) -> ChunkResult:
    """The chunks that take the rows in are waiting; so is the one that ends absent records, where that is safe."""
    ends = [*boundaries[1:], None]
    spawn = [
        ChunkDraft(stage=Stage.TAKE_IN, payload={"from": list(start), "to": None if end is None else list(end)})
        for start, end in zip(boundaries, ends, strict=True)
    ] if boundaries else []  # fmt: skip
    counts: dict[str, int] = {}
    if absence is not None and absence.unreadable:
        counts["absence_skipped"] = 1
    elif absence is not None and absence.absent:
        spawn.append(ChunkDraft(stage=Stage.END_ABSENT, payload={"after": ["", ""]}))
    return ChunkResult(counts=counts, spawn=spawn, total=rows)


def _truncated(run: IngestionRun, absence: Absence) -> Invalid:
    system = run.id_type.system_id
    return Invalid(
        f"The full file lacks {absence.absent:,} of the {absence.known:,} records {system} has in "
        f"{run.id_type.domain_id} ({absence.share:.1%}), more than the limit of {run.absent_share_limit:.0%}. "
        "Nothing was changed.",
        field="absent_limit",
        value=f"{absence.share:.1%}",
        remedy=f"Check that the file is complete; if it is, allow it with --absent-limit {absence.rounded_up}%.",
    )
