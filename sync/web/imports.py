"""Imports: the list, the check before a run, the run live, and its end."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from mdm.jobs.models import ENDED, JobStatus
from mdm.jobs.operations.cancel import cancel
from mdm.jobs.queries import progress
from mdm.web import lists, messages, statuses
from mdm.web.actor import actor_of
from mdm.web.empty import Empty
from mdm.web.paging import keyset
from mdm.web.screen import screen
from sync.ingestion.models import IngestionRun
from sync.ingestion.operations.discard_run import discard_run
from sync.ingestion.operations.start_run import start_run
from sync.ingestion.queries.preview import preview
from sync.ingestion.queries.rejects import objects_with_rejects, problems_of
from sync.ingestion.queries.runs import get_run, run_of_visible_job, visible_runs

STOP_POLLING = 286
STEPS = (gettext_lazy("Upload"), gettext_lazy("Check"), gettext_lazy("Run"))
DRAFT = "DRAFT"
SHOWN = (
    "rows", "created", "updated", "unchanged", "deleted", "absent", "rejected", "repeated", "held", "findings",
    "formula_cells",
)  # fmt: skip


def status_of(run: IngestionRun) -> str:
    """A run that was never started is a draft; then its status is its job's."""
    return run.job.status if run.job else DRAFT


def _count(name: str) -> Any:
    return lambda run: run.job.counts.get(name, 0) if run.job else None


COLUMNS = (
    lists.Column(
        "files",
        gettext_lazy("Files"),
        lambda run: ", ".join(entry["table"]["name"] for entry in run.objects_read.values()),
        href=lambda run: reverse("import-run", args=[run.uuid]),
    ),
    lists.Column("status", gettext_lazy("Status"), status_of, "status"),
    lists.Column("system", gettext_lazy("System"), lambda run: run.id_type.system_id),
    lists.Column("domain", gettext_lazy("Domain"), lambda run: run.id_type.domain_id),
    lists.Column("rows", gettext_lazy("Rows"), _count("rows"), "number"),
    lists.Column("created", gettext_lazy("Created"), _count("created"), "number"),
    lists.Column("updated", gettext_lazy("Updated"), _count("updated"), "number"),
    lists.Column("rejected", gettext_lazy("Rejected"), _count("rejected"), "number"),
    lists.Column("who", gettext_lazy("Who"), lambda run: run.created_by.name),
    lists.Column("created_at", gettext_lazy("When"), lambda run: run.created_at, "time", sort="created_at"),
)


@screen
def imports(request: HttpRequest) -> HttpResponseBase:
    """Every import of the systems the person operates, newest first."""
    return lists.respond(request, _spec(request), "sync/imports.html", {"active": "import"})


@screen
def run_page(request: HttpRequest, run_id: UUID) -> HttpResponseBase:
    """Before the start what the files say; after it how far the run is and what it rejected."""
    run = get_run(actor=actor_of(request), run=run_id)
    if run.job is None:
        context = {"active": "import", "run": run, "preview": preview(run), "steps": STEPS}
        return render(request, "sync/check.html", context)
    return render(request, "sync/run.html", _context(run))


@screen
@require_POST
def start(request: HttpRequest, run_id: UUID) -> HttpResponseBase:
    """The run goes to the workers."""
    actor = actor_of(request)
    start_run(run=get_run(actor=actor, run=run_id), actor=actor)
    return redirect("import-run", run_id=run_id)


@screen
@require_POST
def discard(request: HttpRequest, run_id: UUID) -> HttpResponseBase:
    """The draft and its files are gone."""
    actor = actor_of(request)
    discard_run(run=get_run(actor=actor, run=run_id), actor=actor)
    return redirect("import")


@screen
@require_POST
def stop(request: HttpRequest, run_id: UUID) -> HttpResponseBase:
    """No further rows are taken in."""
    actor = actor_of(request)
    run = get_run(actor=actor, run=run_id)
    if run.job is not None:
        cancel(job_id=run.job.pk, actor=actor)
    return redirect("import-run", run_id=run_id)


@screen
def run_progress(request: HttpRequest, run_id: UUID) -> HttpResponseBase:
    """The live part of a run; the last answer tells the browser to stop asking."""
    run = get_run(actor=actor_of(request), run=run_id)
    response = render(request, "sync/progress.html", _context(run))
    if run.job is not None and run.job.status in ENDED:
        response.status_code = STOP_POLLING
        word = statuses.of(run.job.status).word
        messages.announce(response, _("{label}: {status}").format(label=run.job.label, status=word))
    return response


@screen
def job_panel(request: HttpRequest, job_id: UUID) -> HttpResponseBase:
    """What a job's page shows of its import."""
    run = run_of_visible_job(actor=actor_of(request), job=job_id)
    return render(request, "sync/job_panel.html", _context(run))


def _context(run: IngestionRun) -> dict[str, object]:
    job = run.job
    assert job is not None
    ended = job.status in ENDED
    return {
        "active": "import",
        "run": run,
        "job": job,
        "steps": STEPS,
        "progress": progress(job),
        "ended": ended,
        "cancellable": job.status in (JobStatus.QUEUED, JobStatus.RUNNING),
        "tone": {"DONE": "ok", "FAILED": "bad"}.get(job.status, ""),
        "problems": problems_of(run, limit=20),
        "rejects": objects_with_rejects(run) if ended else [],
        "absence_skipped": bool(job.counts.get("absence_skipped")),
        "shown_counts": [(name, job.counts[name]) for name in SHOWN if job.counts.get(name)],
    }


def _spec(request: HttpRequest) -> lists.ListSpec:
    actor = actor_of(request)

    def fetch(asked: lists.Asked) -> lists.Slice:
        found = visible_runs(actor=actor)
        if status := asked.filters.get("status"):
            found = found.filter(job__isnull=True) if status == DRAFT else found.filter(job__status=status)
        if system := asked.filters.get("system"):
            found = found.filter(id_type__system=system)
        if asked.filters.get("who") == "me":
            found = found.filter(created_by=actor)
        return keyset(found, asked)

    systems = dict(visible_runs(actor=actor).order_by().values_list("id_type__system", "id_type__system__label"))
    return lists.ListSpec(
        name="imports",
        caption=gettext_lazy("Imports"),
        columns=COLUMNS,
        fetch=fetch,
        row_id=lambda run: str(run.pk),
        sort="-created_at",
        filters=(
            lists.Filter(
                "status",
                gettext_lazy("Status"),
                choices=[(name, statuses.of(name).word) for name in (DRAFT, *JobStatus.values)],
            ),
            lists.Filter("system", gettext_lazy("System"), choices=sorted(systems.items())),
            lists.Filter("who", gettext_lazy("Anyone"), choices=[("me", gettext_lazy("Mine"))]),
        ),
        empty=Empty(
            gettext_lazy("No imports yet"),
            gettext_lazy(
                "An import takes in the records of one system from a file; rows that are wrong come back to you."
            ),
            gettext_lazy("Import a file"),
            reverse("import-new"),
            icon="import",
        ),
    )
