"""Drift: what a target holds that is not what was confirmed there, and what to do about it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from mdm.accounts.queries import permissions_of
from mdm.kernel.errors import Invalid, NotFound
from mdm.web import lists, statuses
from mdm.web.actor import actor_of
from mdm.web.empty import Empty
from mdm.web.paging import keyset
from mdm.web.screen import screen
from sync.reconciliation.causes import DriftCause
from sync.reconciliation.models import DriftStatus, RunKind
from sync.reconciliation.operations.judge_drift import OPEN, heal_drift, ignore_drift, propose_drift
from sync.reconciliation.operations.judge_many import heal_many, ignore_many
from sync.reconciliation.operations.reconcile import reconcile
from sync.reconciliation.queries.comparisons import comparisons
from sync.reconciliation.queries.drift import DriftLine, drift_lines, visible_drift, visible_finding
from sync.web.tabs import frame

USUAL_DAYS = 30
LONGEST_ID = 18


def _url(line: DriftLine) -> str:
    return reverse("drift-finding", args=[line.pk])


COLUMNS = (
    lists.Column("name", _("Record"), lambda d: d.name, href=_url, note=lambda d: d.finding.golden.code),
    lists.Column("target", _("Target"), lambda d: d.finding.connection_id),
    lists.Column("field", _("Field"), lambda d: d.finding.target_field or _("whole record")),
    lists.Column("cause", _("What happened"), lambda d: d.finding.get_cause_display()),
    lists.Column("confirmed", _("Was confirmed"), lambda d: d.confirmed),
    lists.Column("there", _("There now"), lambda d: d.target),
    lists.Column("golden", _("Golden now"), lambda d: d.golden),
    lists.Column("status", _("Status"), lambda d: d.finding.status, "status"),
    lists.Column("found_at", _("Found"), lambda d: d.finding.found_at, "time", sort="found_at"),
)


@screen
def drift(request: HttpRequest) -> HttpResponseBase:
    """What is compared and when, and every difference found, newest first."""
    actor = actor_of(request)
    context = frame(actor, "drift") | {"comparisons": comparisons(actor=actor)}
    return lists.respond(request, _spec(request), "sync/drift.html", context)


@screen
@require_POST
def compare(request: HttpRequest, system: str) -> HttpResponseBase:
    """What the target holds is compared now, by a job that shows how far it is."""
    run = reconcile(
        system=system,
        object=request.POST.get("object", ""),
        kind=RunKind.SCAN,
        actor=actor_of(request),
        reason=request.POST.get("reason", ""),
    )
    return redirect("job", job_id=run.job_id)


@screen
def finding(request: HttpRequest, finding_id: int) -> HttpResponseBase:
    """One difference, the three values, and what can be done about it, each with what it does."""
    actor = actor_of(request)
    found = visible_finding(actor=actor, finding=finding_id)
    (line,) = drift_lines(actor=actor, findings=[found])
    permissions = permissions_of(actor)
    context = {
        "line": line,
        "one": found,
        "is_open": found.status in OPEN,
        "may_operate": permissions.may_system("operate", found.connection_id),
        "may_propose": bool(found.path) and permissions.may("propose", found.golden.domain_id),
        "usual_end": timezone.localdate() + timedelta(days=USUAL_DAYS),
    }
    return render(request, "sync/drift_finding.html", frame(actor, "drift") | context)


@screen
@require_POST
def judge(request: HttpRequest, finding_id: int, verb: str) -> HttpResponseBase:
    """The difference is healed, taken as a proposal, or let be until a day."""
    actor, reason = actor_of(request), request.POST.get("reason", "")
    visible_finding(actor=actor, finding=finding_id)
    if verb == "heal":
        heal_drift(finding=finding_id, actor=actor, reason=reason)
    elif verb == "propose":
        propose_drift(finding=finding_id, actor=actor, reason=reason)
    elif verb == "ignore":
        ignore_drift(finding=finding_id, until=_end_of(request.POST.get("until", "")), actor=actor, reason=reason)
    else:
        raise NotFound("A difference is not judged so.", field="verb", value=verb)
    return redirect("drift-finding", finding_id=finding_id)


@screen
@require_POST
def judge_many(request: HttpRequest, verb: str) -> HttpResponseBase:
    """The chosen differences are healed, or let be for a while; those that cannot be are told with the reason."""
    actor, sent = actor_of(request), request.POST.getlist("row")
    rows = [int(row) for row in sent if row.isdecimal() and len(row) <= LONGEST_ID]
    if verb not in ("heal", "ignore"):
        raise NotFound("Differences are not judged so.", field="verb", value=verb)
    if not rows:
        raise Invalid("Nothing is chosen.", field="row", remedy="Choose differences in the list first.")
    if verb == "heal":
        judged, said = heal_many(findings=rows, actor=actor), _("Differences that are being healed: {n}.")
    else:
        until = timezone.now() + timedelta(days=USUAL_DAYS)
        judged, said = ignore_many(findings=rows, until=until, actor=actor), _("Differences let be: {n}.")
    flash.info(request, str(said).format(n=judged.done))
    for reason, times in judged.refused.items():
        flash.warning(request, f"{times} × {reason}")
    return redirect("drift")


def _end_of(text: str) -> datetime:
    """The end of that day, where the reader is."""
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        raise Invalid("That is no day.", field="until", value=text[:20], remedy="Write it as 2027-01-31.")
    return timezone.make_aware(datetime(day.year, day.month, day.day) + timedelta(days=1))


def _bulk() -> tuple[lists.BulkAction, ...]:
    return (
        lists.BulkAction(_("Heal in the target"), reverse("drift-judge-many", args=["heal"]), "sync"),
        lists.BulkAction(_("Let be for 30 days"), reverse("drift-judge-many", args=["ignore"]), "clock"),
    )


def _spec(request: HttpRequest) -> lists.ListSpec:
    actor = actor_of(request)
    may = permissions_of(actor)
    systems = sorted(set(visible_drift(actor=actor).values_list("connection_id", "connection__label")))
    return lists.ListSpec(
        name="drift",
        caption=_("Differences between targets and golden records"),
        columns=COLUMNS,
        fetch=lambda asked: keyset(visible_drift(actor=actor, **asked.filters), asked).showing(
            lambda rows: drift_lines(actor=actor, findings=rows)
        ),
        row_id=lambda d: str(d.finding.pk),
        sort="-found_at",
        bulk=_bulk() if any(may.may_system("operate", system) for system, _label in systems) else (),
        filters=(
            lists.Filter("status", _("Status"), choices=[(one, statuses.of(one).word) for one in DriftStatus.values]),
            lists.Filter("system", _("Target"), choices=systems),
            lists.Filter("cause", _("What happened"), choices=DriftCause.choices),
            lists.Filter("code", _("Golden code"), "text"),
        ),
        empty=Empty(
            _("No difference was found"),
            _("A reconciliation reads what targets hold and compares it with what was confirmed there."),
            icon="equal",
        ),
    )
