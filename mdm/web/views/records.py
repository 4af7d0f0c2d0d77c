"""Golden records: the list with its filters, and the one search box."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of
from mdm.governance.queries import domains_visible_to, systems_visible_to
from mdm.records.models.golden import GoldenStatus
from mdm.records.models.source import FindingKind
from mdm.records.queries.record_list import RecordLine, described, visible_goldens
from mdm.records.queries.search import SURE, search
from mdm.web import lists, statuses
from mdm.web.actor import actor_of
from mdm.web.empty import Empty
from mdm.web.list_sources import remade
from mdm.web.paging import keyset
from mdm.web.screen import screen

SUGGESTIONS = 8


def _url(line: RecordLine) -> str:
    return reverse("golden", args=[line.code])


def _columns(domains: Mapping[str, str]) -> Sequence[lists.Column]:
    return (
        lists.Column("name", _("Name"), lambda r: r.name or r.code, href=_url),
        lists.Column("code", _("Code"), lambda r: r.code, "id", href=_url, sort="pk"),
        lists.Column("place", _("Place"), lambda r: r.place),
        lists.Column("status", _("Status"), lambda r: r.status, "status"),
        lists.Column("domain", _("Domain"), lambda r: domains.get(r.domain, r.domain)),
        lists.Column("systems", _("Systems"), lambda r: " ".join(r.systems), "systems"),
        lists.Column("findings", _("Findings"), lambda r: r.findings or None, "number"),
        lists.Column("changed_at", _("Changed"), lambda r: r.changed_at, "time"),
    )


@screen
def records(request: HttpRequest) -> HttpResponseBase:
    """Every golden record the person may view, newest first."""
    context: dict[str, object] = {"active": "records"}
    if code := request.GET.get("open"):
        context["drawer_url"] = reverse("golden-inspect", args=[code])
    return lists.respond(request, _spec(actor_of(request)), "records/list.html", context)


@screen
def find(request: HttpRequest) -> HttpResponseBase:
    """What the text may mean; one exact hit is opened at once."""
    text = request.GET.get("q", "").strip()
    result = search(actor=actor_of(request), text=text)
    if len(result.hits) == 1 and result.hits[0].score >= SURE and "stay" not in request.GET:
        return redirect("golden", code=result.hits[0].code)
    return render(request, "records/search.html", {"active": "records", "query": text, "result": result})


@screen
def suggest(request: HttpRequest) -> HttpResponseBase:
    """The options under the search box."""
    result = search(actor=actor_of(request), text=request.GET.get("q", ""), limit=SUGGESTIONS)
    return render(request, "records/suggestions.html", {"result": result, "query": request.GET.get("q", "")})


@remade("records")
def _spec(actor: Actor) -> lists.ListSpec:
    permissions = permissions_of(actor)
    systems = systems_visible_to(permissions)
    domains = {domain.code: domain.label for domain in domains_visible_to(permissions)}

    def fetch(asked: lists.Asked) -> lists.Slice:
        return keyset(visible_goldens(actor=actor, **asked.filters), asked).showing(
            lambda goldens: described(actor=actor, goldens=goldens)
        )

    return lists.ListSpec(
        name="records",
        caption=_("Golden records"),
        columns=_columns(domains),
        palette={system.code: system.colour for system in systems},
        fetch=fetch,
        row_id=lambda r: r.code,
        drawer=lambda r: reverse("golden-inspect", args=[r.code]),
        sort="-pk",
        filters=(
            lists.Filter("text", _("Name or any ID"), "text"),
            lists.Filter("domain", _("Domain"), choices=list(domains.items())),
            lists.Filter("status", _("Status"), choices=[(s, statuses.of(s).word) for s in GoldenStatus.values]),
            lists.Filter("system", _("System"), choices=[(s.code, s.label) for s in systems]),
            lists.Filter("finding", _("Finding"), choices=[("any", _("Any finding")), *FindingKind.choices]),
        ),
        empty=Empty(
            _("No golden records yet"),
            _("A golden record appears with the first identifier or data that a system sends."),
            icon="records",
        ),
    )
