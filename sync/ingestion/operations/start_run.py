"""Set a drafted run going."""

from __future__ import annotations

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.accounts.queries import require
from mdm.events.operations.record import EventDraft, record
from mdm.jobs.models import Job
from mdm.jobs.operations.submit import submit
from mdm.jobs.registry import ChunkDraft
from mdm.kernel.errors import Conflict
from sync.ingestion.models import IngestionRun
from sync.ingestion.stages import KIND, Stage


def start_run(*, run: IngestionRun, actor: Actor, reason: str = "") -> Job:
    """The run has a job whose first chunks read its files; it starts once.

    Raises: NotAllowed without `operate` in the domain and system; Conflict when it was started already.
    """
    id_type = run.id_type
    require(actor, "operate", id_type.domain_id, system=id_type.system_id)
    files = {name: entry["table"] for name, entry in run.objects_read.items()}
    chunks = [ChunkDraft(stage=Stage.READ, payload={"object": name}) for name in files]
    with transaction.atomic():
        job = submit(
            kind=KIND,
            domain=id_type.domain_id,
            label=f"Ingest {next(iter(files.values()))['name']} from {id_type.system_id}"[:200],
            params={"run": run.pk},
            actor=actor,
            system=id_type.system_id,
            chunks=[*chunks, ChunkDraft(stage=Stage.PLAN), ChunkDraft(stage=Stage.CLEAR)],
            reason=reason,
        )
        if not IngestionRun.objects.filter(pk=run.pk, job__isnull=True).update(job=job):
            raise Conflict(
                "The run was started already.", field="run", value=str(run.uuid), remedy="Follow its progress."
            )
        record(
            EventDraft(
                type="ingestion.started",
                domain=id_type.domain_id,
                subject=f"system:{id_type.system_id}",
                reason=reason,
                detail={
                    "run": str(run.uuid),
                    "job": str(job.pk),
                    "id_type": id_type.name,
                    "full": run.full,
                    "layout": run.layout_name,
                    "files": {name: {"size": file["size"], "sha256": file["sha256"]} for name, file in files.items()},
                },
            ),
            actor=actor,
        )
    run.job = job
    return job
