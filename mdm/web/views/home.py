"""Home: what waits for this person, and the size of what they look after; every number opens the list it counts."""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from mdm.accounts.queries import permissions_of
from mdm.jobs.queries import visible_jobs
from mdm.records.models.source import FindingKind
from mdm.records.queries.overview import DomainTally, tallies
from mdm.web import statuses
from mdm.web.actor import actor_of
from mdm.web.navigation import existing
from mdm.web.screen import screen

KEPT_SECONDS = 20
JOBS_SHOWN = 5
Number = tuple[object, int, str]


@screen
def home(request: HttpRequest) -> HttpResponseBase:
    """The page; the counts may be some seconds old and say so."""
    actor = actor_of(request)
    counted = cache.get_or_set(f"home:{actor.pk}", lambda: (timezone.now(), tallies(actor=actor)), KEPT_SECONDS)
    moment, domains = counted or (timezone.now(), [])
    context = {
        "active": "home",
        "moment": moment,
        "domains": [(tally, _statuses(tally), _findings(tally)) for tally in domains],
        "empty": not any(tally.total for tally in domains),
        "jobs": visible_jobs(actor=actor)[:JOBS_SHOWN],
        "operates": permissions_of(actor).everywhere("operate"),
        "import_url": existing("import"),
    }
    return render(request, "home.html", context)


def _statuses(tally: DomainTally) -> list[Number]:
    listed = [status for status in statuses.STATUSES if tally.statuses.get(status)]
    return [(status, tally.statuses[status], _list(domain=tally.domain, status=status)) for status in listed]


def _findings(tally: DomainTally) -> list[Number]:
    labels = dict(FindingKind.choices)
    return [
        (labels.get(kind, kind), count, _list(domain=tally.domain, finding=kind))
        for kind, count in sorted(tally.findings.items())
    ]


def _list(**filters: str) -> str:
    return f"{reverse('records')}?{urlencode(filters)}"
