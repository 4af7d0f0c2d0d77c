"""Take one range of staged identifiers into the records."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from mdm.accounts.models import Actor
from mdm.governance.queries import active_pack
from mdm.jobs.registry import ChunkContext, ChunkResult
from mdm.kernel.errors import Conflict
from mdm.records.identifiers import Key, standings
from mdm.records.observation import Outcome, Prepared
from mdm.records.operations.observe import observe
from mdm.records.operations.prepare import prepare_observations
from sync.ingestion.joining import Joined, Joiner, Line, by_key, headless
from sync.ingestion.layouts import HEADER
from sync.ingestion.models import IngestionRun, RejectedRow
from sync.ingestion.operations.reject_rows import reject_rows
from sync.ingestion.queries.readings import readings_of, run_of_job
from sync.ingestion.recognising import recognise_own
from sync.ingestion.rejections import Rejection

_ROWS = """
SELECT object, row, scope, key, element, cells FROM ingestion_stagedrow
WHERE run_id = %s AND (scope, key) >= (%s, %s) {below} ORDER BY scope, key, object, row
"""


class Moved(Exception):
    """The records moved while the range was taken in; the chunk is tried again."""


@dataclass
class Ready:
    """One range of identifiers, ready to be observed."""

    run: IngestionRun
    prepared: list[Prepared]
    rejected: list[Rejection]
    rows: int
    repeated: int


def join_range(context: ChunkContext) -> Ready:
    """Return the records of the chunk's range, checked, and the rows that cannot be taken in. Changes nothing."""
    run = run_of_job(context.job_id)
    lines = _lines(run, context.payload["from"], context.payload["to"])
    missing = headless(by_key(lines))
    joiner = Joiner(readings_of(run))
    joined = joiner.join(lines, known=_known(run, missing), refused=_refused(run, missing))
    prepared = _prepare(run, joiner, joined)
    return Ready(run, prepared, joiner.rejected, len(lines), joiner.repeated)


def _lines(run: IngestionRun, start: Sequence[str], end: Sequence[str] | None) -> list[Line]:
    below, bounds = ("", []) if end is None else ("AND (scope, key) < (%s, %s)", list(end))
    with connection.cursor() as cursor:
        cursor.execute(_ROWS.format(below=below), [run.pk, *start, *bounds])
        rows = cursor.fetchall()
    return [Line(name, row, scope, key, element, json.loads(cells)) for name, row, scope, key, element, cells in rows]


def _known(run: IngestionRun, keys: Sequence[Key]) -> set[Key]:
    """Return those of the identifiers whose record the hub has from this system."""
    standing = standings(run.id_type_id, keys)
    return {key for key, one in standing.items() if one.source_record is not None and not one.deleted}


def _refused(run: IngestionRun, keys: Sequence[Key]) -> dict[Key, int]:
    """Return the header rows that were rejected while reading, for identifiers that have no other."""
    if not keys:
        return {}
    rejected = RejectedRow.objects.filter(run=run, object=HEADER, key__in=[key for _, key in keys])
    return {(scope, key): row for scope, key, row in rejected.values_list("scope", "key", "row")}


def _prepare(run: IngestionRun, joiner: Joiner, joined: Sequence[Joined]) -> list[Prepared]:
    """Return what may be observed; a record some of whose group rows are refused comes again without them."""
    pack = active_pack(run.id_type.domain_id)
    ready: list[Prepared] = []
    waiting = list(joined)
    while waiting:
        prepared = prepare_observations([one.observation for one in waiting], id_type=run.id_type, pack=pack)
        again: list[Joined] = []
        for record, one in zip(waiting, prepared, strict=True):
            if not one.refusals:
                ready.append(one)
            elif (rest := joiner.refuse(record, one.refusals)) is not None:
                again.append(rest)
        waiting = again
    return ready


def take_in_rows(*, ready: Ready, actor: Actor) -> ChunkResult:
    """What the range says is in the records, its refused rows are kept with what to mend: in the caller's transaction.

    Raises: NotAllowed when the actor lost the right meanwhile; Moved when the chunk is to be tried again.
    """
    outcomes: list[Outcome] = []
    if ready.prepared:
        recognise_own(ready.prepared, id_type=ready.run.id_type)
        try:
            outcomes = observe(
                id_type=ready.run.id_type, prepared=ready.prepared, actor=actor, detail={"run": str(ready.run.uuid)}
            )
        except Conflict as error:
            raise Moved(str(error)) from error
    reject_rows(run=ready.run.pk, rejections=ready.rejected)
    return ChunkResult(done=ready.rows, counts=_counts(outcomes, ready))


def _counts(outcomes: Sequence[Outcome], ready: Ready) -> dict[str, int]:
    counts: Counter[str] = Counter(outcome.status for outcome in outcomes)
    counts["rejected"] = len(ready.rejected)
    counts["repeated"] = ready.repeated
    counts["held"] = sum(1 for outcome in outcomes if outcome.held)
    counts["findings"] = sum(
        len(outcome.issues) for outcome in outcomes if outcome.status in ("created", "updated") and outcome.issues
    )
    return {name: count for name, count in counts.items() if count}
