"""Close a run whose job has ended."""

from __future__ import annotations

from functools import partial

from django.db import transaction

from mdm.events.operations.record import EventDraft, record
from mdm.jobs.models import Job
from sync.ingestion.intake import drop_files
from sync.ingestion.models import IngestionRun, StagedRow
from sync.ingestion.operations.forget_old import forget_old


def finish_run(job: Job) -> None:
    """Nothing of the run is left but its rejected rows and its event."""
    run = IngestionRun.objects.select_related("id_type").get(job=job)
    StagedRow.objects.filter(run=run).delete()
    forget_old()
    record(
        EventDraft(
            type="ingestion.finished",
            domain=job.domain,
            subject=f"system:{run.id_type.system_id}",
            detail={"run": str(run.uuid), "job": str(job.pk), "status": job.status, "counts": job.counts},
        ),
        actor=job.requested_by,
    )
    files = [entry["table"]["stored"] for entry in run.objects_read.values()]
    transaction.on_commit(partial(drop_files, files))
