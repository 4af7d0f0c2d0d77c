"""Drop a run that was never started."""

from __future__ import annotations

from functools import partial

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.accounts.queries import require
from mdm.events.operations.record import EventDraft, record
from mdm.kernel.errors import Conflict
from sync.ingestion.intake import drop_files
from sync.ingestion.models import IngestionRun


def discard_run(*, run: IngestionRun, actor: Actor) -> None:
    """The draft and its files are gone; nothing of it ever reached a record.

    Raises: NotAllowed without `operate` in the domain and system; Conflict when the run was started meanwhile.
    """
    require(actor, "operate", run.id_type.domain_id, system=run.id_type.system_id)
    files = [entry["table"]["stored"] for entry in run.objects_read.values()]
    with transaction.atomic():
        deleted, _ = IngestionRun.objects.filter(pk=run.pk, job__isnull=True).delete()
        if not deleted:
            raise Conflict("The run was started already.", field="run", value=str(run.uuid), remedy="Cancel its job.")
        record(
            EventDraft(
                type="ingestion.discarded",
                domain=run.id_type.domain_id,
                subject=f"system:{run.id_type.system_id}",
                detail={"run": str(run.uuid)},
            ),
            actor=actor,
        )
        transaction.on_commit(partial(drop_files, files))
