"""Which runs a person may see: those of systems they may operate, since rejected rows hold values as sent."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of
from mdm.governance.models import IdType
from mdm.kernel.errors import NotFound
from sync.ingestion.models import IngestionRun, MappingImport


def operable_id_types(actor: Actor) -> list[IdType]:
    """Return the id types whose records the actor may take in."""
    permissions = permissions_of(actor)
    known = IdType.objects.select_related("system", "domain").order_by("system__label", "domain_id", "name")
    return [one for one in known if permissions.may("operate", one.domain_id, one.system_id)]


def visible_runs(*, actor: Actor) -> QuerySet[IngestionRun]:
    """Return the runs the actor may see, newest first."""
    runs = IngestionRun.objects.select_related("id_type__system", "job", "created_by").order_by("-created_at")
    return runs.filter(id_type__in=[one.pk for one in operable_id_types(actor)])


def get_run(*, actor: Actor, run: UUID) -> IngestionRun:
    """Return the run.

    Raises: NotFound when there is none, or the actor may not operate its system.
    """
    found = visible_runs(actor=actor).filter(uuid=run).first()
    if found is None:
        raise NotFound("No such import.", field="run", value=str(run), remedy="Look it up in the list of imports.")
    return found


def run_of_visible_job(*, actor: Actor, job: UUID) -> IngestionRun:
    """Return the run that a job carries out.

    Raises: NotFound when there is none, or the actor may not operate its system.
    """
    found = visible_runs(actor=actor).filter(job_id=job).first()
    if found is None:
        raise NotFound("No such import.", field="job", value=str(job), remedy="Look it up in the list of imports.")
    return found


def get_mapping(*, actor: Actor, job: UUID) -> MappingImport:
    """Return the mapping import that a job carries out.

    Raises: NotFound when there is none, or the actor may not operate both systems.
    """
    operable = [one.pk for one in operable_id_types(actor)]
    imports = MappingImport.objects.select_related("left", "right", "job")
    found = imports.filter(job_id=job, left__in=operable, right__in=operable).first()
    if found is None:
        raise NotFound("No such mapping import.", field="job", value=str(job), remedy="Look it up in the list of jobs.")
    return found
