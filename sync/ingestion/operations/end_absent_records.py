"""End the records that a full file no longer holds."""

from __future__ import annotations

from mdm.accounts.models import Actor
from mdm.jobs.registry import ChunkDraft, ChunkResult
from mdm.kernel.errors import Conflict
from mdm.records.identifiers import Key
from mdm.records.operations.end_absent import end_absent
from sync.ingestion.intake import chunk_keys
from sync.ingestion.models import IngestionRun
from sync.ingestion.operations.take_in_rows import Moved
from sync.ingestion.queries.absent import absent_keys
from sync.ingestion.stages import Stage


def end_absent_records(*, run: IngestionRun, after: Key, actor: Actor) -> ChunkResult:
    """The next identifiers that the full file lacks lead nowhere any more; the chunk for those behind them waits.

    Raises: NotAllowed when the actor lost the right meanwhile; Moved when the chunk is to be tried again.
    """
    limit = chunk_keys()
    keys = absent_keys(run, after=after, limit=limit)
    if not keys:
        return ChunkResult()
    try:
        outcomes = end_absent(
            id_type=run.id_type,
            keys=keys,
            silent_since=run.created_at,
            actor=actor,
            reason="Absent from a full file",
            detail={"run": str(run.uuid)},
        )
    except Conflict as error:
        raise Moved(str(error)) from error
    ended = sum(1 for outcome in outcomes if outcome.status == "deleted")
    spawn = [ChunkDraft(stage=Stage.END_ABSENT, payload={"after": list(keys[-1])})] if len(keys) == limit else []
    return ChunkResult(counts={"absent": ended} if ended else {}, spawn=spawn)
