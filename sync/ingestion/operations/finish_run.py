"""Close a run whose job has ended."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import transaction

from mdm.events.operations.record import EventDraft, record
from mdm.jobs.models import Job
from mdm.kernel.clock import database_now
from sync.ingestion.intake import drop_files
from sync.ingestion.models import IngestionRun, RejectedRow, StagedRow

_REJECTS_DAYS = 30


def finish_run(job: Job) -> None:
    """Nothing of the run is left but its rejected rows and its event; runs of a month ago lose their rejected rows."""
    run = IngestionRun.objects.select_related("id_type").get(job=job)
    StagedRow.objects.filter(run=run).delete()
    _forget_old_rejections()
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


def _forget_old_rejections() -> None:
    """Rejected rows hold values as sent, so they do not stay for ever."""
    days = int(getattr(settings, "INGEST_REJECTS_DAYS", _REJECTS_DAYS))
    RejectedRow.objects.filter(run__job__finished_at__lt=database_now() - timedelta(days=days)).delete()
