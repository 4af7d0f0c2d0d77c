"""Long work: the list, one job live, the tray, and the cancel button."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from mdm.accounts.models import Actor
from mdm.jobs.models import ENDED, Job, JobStatus
from mdm.jobs.operations.cancel import cancel
from mdm.jobs.queries import get_job, progress, visible_jobs
from mdm.web import lists, messages, statuses
from mdm.web.actor import actor_of
from mdm.web.empty import Empty
from mdm.web.list_sources import remade
from mdm.web.navigation import existing
from mdm.web.paging import keyset
from mdm.web.screen import screen
from mdm.web.tray import Tray

COUNTS = ("created", "updated", "unchanged", "deleted", "rejected")
STOP_POLLING = 286
"""htmx takes this status as "shown, and do not ask again"."""

COLUMNS = (
    lists.Column("label", gettext_lazy("Job"), lambda j: j.label, href=lambda j: reverse("job", args=[j.pk])),
    lists.Column("status", gettext_lazy("Status"), lambda j: j.status, "status"),
    lists.Column("domain", gettext_lazy("Domain"), lambda j: "" if j.domain == "*" else j.domain),
    lists.Column("done", gettext_lazy("Done"), lambda j: j.done, "number"),
    lists.Column("total", gettext_lazy("Of"), lambda j: j.total, "number"),
    lists.Column("requested_by", gettext_lazy("Who"), lambda j: j.requested_by.name),
    lists.Column("submitted_at", gettext_lazy("Submitted"), lambda j: j.submitted_at, "time", sort="submitted_at"),
    lists.Column("finished_at", gettext_lazy("Ended"), lambda j: j.finished_at, "time"),
)


@screen
def jobs(request: HttpRequest) -> HttpResponseBase:
    """Every job the person may see, newest first."""
    return lists.respond(request, _spec(actor_of(request)), "jobs/list.html", {"active": "jobs"})


@screen
def job(request: HttpRequest, job_id: UUID) -> HttpResponseBase:
    """One job with its progress."""
    found = get_job(actor=actor_of(request), job_id=job_id)
    return render(request, "jobs/page.html", _context(found))


@screen
def job_progress(request: HttpRequest, job_id: UUID) -> HttpResponseBase:
    """The live part of the job page; the last answer tells the browser to stop asking."""
    found = get_job(actor=actor_of(request), job_id=job_id)
    response = render(request, "jobs/progress.html", _context(found))
    if found.status in ENDED:
        response.status_code = STOP_POLLING
        messages.announce(response, _("{label}: {status}").format(label=found.label, status=_word(found)))
    return response


@screen
@require_POST
def job_cancel(request: HttpRequest, job_id: UUID) -> HttpResponseBase:
    """Cancelled: no further chunk starts."""
    cancel(job_id=job_id, actor=actor_of(request))
    return redirect("job", job_id=job_id)


@screen
def tray(request: HttpRequest) -> HttpResponse:
    """The tray's fragment: asked for only while something runs."""
    return render(request, "components/tray.html", {"tray": Tray.of(request)})


def _word(found: Job) -> str:
    return str(statuses.of(found.status).word)


def _context(found: Job) -> dict[str, object]:
    return {
        "active": "jobs",
        "job": found,
        "progress": progress(found),
        "ended": found.status in ENDED,
        "cancellable": found.status in (JobStatus.QUEUED, JobStatus.RUNNING),
        "counts": sorted(found.counts.items(), key=_count_order),
        "panel_url": existing(f"job-panel-{found.kind.replace('.', '-')}", found.pk),
        "tone": {"DONE": "ok", "FAILED": "bad"}.get(found.status, ""),
    }


def _count_order(count: tuple[str, int]) -> tuple[int, str]:
    """What an import did in the order people think of it, then anything else by name."""
    name = count[0]
    return (COUNTS.index(name) if name in COUNTS else len(COUNTS)), name


@remade("jobs")
def _spec(actor: Actor) -> lists.ListSpec:

    def fetch(asked: lists.Asked) -> lists.Slice:
        found = visible_jobs(actor=actor)
        if status := asked.filters.get("status"):
            found = found.filter(status=status)
        if text := asked.filters.get("text"):
            found = found.filter(label__icontains=text)
        if asked.filters.get("who") == "me":
            found = found.filter(requested_by=actor)
        return keyset(found, asked)

    return lists.ListSpec(
        name="jobs",
        caption=gettext_lazy("Jobs"),
        columns=COLUMNS,
        fetch=fetch,
        row_id=lambda j: str(j.pk),
        sort="-submitted_at",
        filters=(
            lists.Filter(
                "status", gettext_lazy("Status"), choices=[(s, statuses.of(s).word) for s in JobStatus.values]
            ),
            lists.Filter("who", gettext_lazy("Anyone"), choices=[("me", gettext_lazy("Mine"))]),
            lists.Filter("text", gettext_lazy("Job contains"), "text"),
        ),
        empty=Empty(
            gettext_lazy("No jobs yet"),
            gettext_lazy("Long work such as an import runs as a job: it survives a restart and can be cancelled."),
            icon="jobs",
        ),
    )
