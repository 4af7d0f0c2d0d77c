"""Large exports: started on purpose, taken along when the job has ended."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from mdm.accounts.models import Actor
from mdm.jobs.models import Job, JobStatus
from mdm.jobs.queries import get_job, has_output, output_of
from mdm.kernel.errors import NotFound
from mdm.web.actor import actor_of
from mdm.web.export import filename
from mdm.web.export_files import TYPES
from mdm.web.export_job import KIND, start_export
from mdm.web.screen import screen

FILTER = "filter."


@screen
@require_POST
def start(request: HttpRequest) -> HttpResponseBase:
    """The list is exported by a job, whose page says how far it is."""
    said = request.POST
    job = start_export(
        name=said.get("list", ""),
        kind=said.get("format", ""),
        filters={key.removeprefix(FILTER): str(value)[:200] for key, value in said.items() if key.startswith(FILTER)},
        sort=said.get("sort", ""),
        actor=actor_of(request),
    )
    return redirect("job", job_id=job.pk)


@screen
def panel(request: HttpRequest, job_id: UUID) -> HttpResponseBase:
    """What the job page shows of an export: the file, to whoever asked for it."""
    job = get_job(actor=actor_of(request), job_id=job_id)
    own, done = job.requested_by_id == actor_of(request).pk, job.status == JobStatus.DONE
    return render(request, "jobs/export_panel.html", {"job": job, "own": own, "done": done, "kept": has_output(job)})


@screen
def download(request: HttpRequest, job_id: UUID) -> HttpResponseBase:
    """The file. What a person may see is theirs alone, so nobody else takes it."""
    job = _own(actor_of(request), job_id)
    parts = output_of(job)
    first = next(parts, None)
    if first is None:
        raise NotFound(
            "The file is not kept any more.", field="job", value=str(job_id), remedy="Export the list again."
        )
    kind = job.params["format"]
    response = StreamingHttpResponse(_after(first, parts), content_type=TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{filename(job.params["list"], kind)}"'
    return response


def _own(actor: Actor, job_id: UUID) -> Job:
    job = get_job(actor=actor, job_id=job_id)
    if job.kind != KIND or job.requested_by_id != actor.pk or job.status != JobStatus.DONE:
        raise NotFound("There is no such file.", field="job", value=str(job_id), remedy="Look at your jobs.")
    return job


def _after(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest
