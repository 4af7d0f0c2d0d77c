"""Home: what waits for this person first, then the size of what they look after; a number opens the list it counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from mdm.accounts.models import Actor
from mdm.accounts.permissions import Permissions
from mdm.accounts.queries import permissions_of
from mdm.events.queries.activity import last_received
from mdm.governance.models import System
from mdm.governance.queries import systems_visible_to
from mdm.jobs.queries import visible_jobs
from mdm.matching.queries.first_steps import first_steps
from mdm.records.models.golden import GoldenStatus
from mdm.records.models.source import FindingKind
from mdm.records.queries.overview import DomainTally, tallies
from mdm.stewardship.queries.tally import counts
from mdm.web import statuses
from mdm.web.actor import actor_of
from mdm.web.navigation import existing
from mdm.web.screen import screen

KEPT_SECONDS = 20
JOBS_SHOWN = 6
DELIVERIES_SEEN = "deliveries_seen"
# Numbers of the queue that are a list of their own: the field, the words for one and for many, the typed line.
WORK: tuple[tuple[str, str | Promise, str], ...] = (
    ("mine", _("assigned to you"), "who:me"),
    ("answered", _("answered since you asked"), "state:answered"),
    ("waiting", _("waiting for an answer"), "state:waiting"),
    ("escalated", _("escalated"), "state:escalated"),
    ("snoozed", _("put off"), "state:snoozed"),
    ("done_today", _("decided today"), "state:today"),
)


@dataclass(frozen=True)
class Counted:
    """Kept for some seconds and shown with its moment: these are the costly numbers."""

    moment: datetime
    domains: list[DomainTally]
    received: dict[str, datetime]


@screen
def home(request: HttpRequest) -> HttpResponseBase:
    """The page; its order follows what the person may do."""
    actor = actor_of(request)
    counted: Counted = cache.get_or_set(f"home:{actor.pk}", lambda: _count(actor), KEPT_SECONDS) or _count(actor)
    work = counts(actor=actor)
    shown = [tally for tally in counted.domains if tally.total]
    context = {
        "active": "home",
        "moment": counted.moment,
        "may_view": bool(counted.domains),
        "columns": [statuses.of(status).word for status in GoldenStatus.values],
        "domains": [(tally, _counts(tally)) for tally in shown],
        "findings": [finding for tally in shown for finding in _findings(tally)],
        "systems": [(one, counted.received.get(one.code)) for one in _systems(actor)],
        "order": _order(permissions_of(actor)),
        "work": work,
        "work_lines": [(text, number, _queue(line)) for name, text, line in WORK if (number := getattr(work, name))],
        "health_url": existing("sync-health"),
        "checklist": _checklist(request, bool(shown)),
        "requests_url": existing("change-requests"),
        "jobs": visible_jobs(actor=actor)[:JOBS_SHOWN],
        "import_url": existing("import"),
    }
    return render(request, "home.html", context)


def _order(permissions: Permissions) -> str:
    """What comes first: health for who runs the installation, work for everybody else."""
    return "health-first" if permissions.everywhere("operate") else "work-first"


def _checklist(request: HttpRequest, data: bool) -> list[tuple[str | Promise, bool, str]]:
    """The first run, step by step, for whoever decides; gone once every step was taken."""
    actor = actor_of(request)
    permissions = permissions_of(actor)
    if not (permissions.everywhere("decide") or permissions.domains("decide")):
        return []
    done = first_steps(actor)
    steps: list[tuple[str | Promise, bool, str]] = [
        (_("Have data"), data, existing("import")),
        (_("Merge two records"), done.merged, reverse("review")),
        (_("See it delivered"), bool(request.session.get(DELIVERIES_SEEN)), reverse("decisions")),
        (_("Undo it"), done.undid, reverse("decisions")),
    ]
    return [] if all(taken for _step, taken, _url in steps) else steps


def _count(actor: Actor) -> Counted:
    return Counted(timezone.now(), tallies(actor=actor), last_received(actor=actor))


def _systems(actor: Actor) -> list[System]:
    return [system for system in systems_visible_to(permissions_of(actor)) if not system.is_hub]


def _counts(tally: DomainTally) -> list[tuple[str, int, str]]:
    """One number per status, in the order of the table's columns."""
    return [
        (str(statuses.of(status).word), tally.statuses.get(status, 0), _list(domain=tally.domain, status=status))
        for status in GoldenStatus.values
    ]


def _findings(tally: DomainTally) -> list[tuple[str, str, int, str]]:
    labels = dict(FindingKind.choices)
    return [
        (tally.label, labels.get(kind, kind), count, _list(domain=tally.domain, finding=kind))
        for kind, count in sorted(tally.findings.items())
    ]


def _queue(line: str) -> str:
    return f"{reverse('review')}?{urlencode({'q': line})}"


def _list(**filters: str) -> str:
    return f"{reverse('records')}?{urlencode(filters)}"
