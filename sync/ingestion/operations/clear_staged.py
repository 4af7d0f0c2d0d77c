"""Remove staged rows that have done their work."""

from __future__ import annotations

from django.db import connection

from mdm.jobs.registry import ChunkDraft, ChunkResult
from sync.ingestion.models import IngestionRun
from sync.ingestion.stages import Stage

_ROWS = 50_000
# By place in the table: whatever the planner believes of a table that was filled a moment ago, this is one pass.
_CLEAR = """
DELETE FROM ingestion_stagedrow WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM ingestion_stagedrow WHERE run_id = %s LIMIT %s))
"""


def clear_staged(*, run: IngestionRun) -> ChunkResult:
    """Fewer staged rows of the run are left; a chunk for the next ones waits until none is."""
    with connection.cursor() as cursor:
        cursor.execute(_CLEAR, [run.pk, _ROWS])
        cleared = cursor.rowcount
    return ChunkResult(spawn=[ChunkDraft(stage=Stage.CLEAR)] if cleared == _ROWS else [])
