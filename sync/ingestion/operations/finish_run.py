"""Close a run whose job has ended."""

from __future__ import annotations

from functools import partial

from django.db import transaction

from mdm.accounts.queries import machine_actor
from mdm.events.operations.record import EventDraft, record
from mdm.jobs.models import Job
from mdm.matching.operations.match_what_is_due import match_what_changed
from sync.ingestion.intake import drop_files
from sync.ingestion.models import IngestionRun, StagedRow
from sync.ingestion.operations.forget_old import forget_old


def finish_run(job: Job) -> None:
    """Nothing of the run is left but its rejected rows and its event, and what it brought is matched next."""
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
    match_what_changed(domain=job.domain, actor=machine_actor())
    files = [entry["table"]["stored"] for entry in run.objects_read.values()]
    transaction.on_commit(partial(drop_files, files))
