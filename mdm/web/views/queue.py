"""The review queue: what waits for a steward, narrowed by one typed line, ranked before anybody asks."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from mdm.accounts.queries import permissions_of
from mdm.governance.queries import domains_visible_to, systems_visible_to
from mdm.kernel.errors import Invalid
from mdm.stewardship.queries.ahead import ahead
from mdm.stewardship.queries.queue import list_tasks
from mdm.stewardship.queries.shapes import QueueFilter, QueueRow
from mdm.stewardship.queries.tally import counts, facets
from mdm.stewardship.queries.typed_filter import parse, write
from mdm.stewardship.queries.views import saved_views
from mdm.web import lists
from mdm.web.actor import actor_of
from mdm.web.empty import Empty
from mdm.web.navigation import existing
from mdm.web.review import filters
from mdm.web.screen import screen
from mdm.web.templatetags.touchstone import icon


@screen
def queue(request: HttpRequest) -> HttpResponseBase:
    """The tasks of the line in the address; every filter has an address."""
    actor, line = actor_of(request), line_of(request)
    numbers = counts(actor=actor)
    context: dict[str, object] = {"active": "review", "counts": numbers}
    try:
        chosen = parse(line)
    except Invalid as refusal:
        bar = filters.Bar(request.path, line, refusal=refusal, clear_url=request.path)
        return lists.respond(request, _spec(request, None, line), "review/queue.html", {**context, "bar": bar})
    found = facets(actor=actor, filter=chosen)
    domains = {domain.code: domain.label for domain in domains_visible_to(permissions_of(actor))}
    context["bar"] = filters.bar(request.path, line, chosen, found, numbers, domains)
    context["views"] = _views(request, line, chosen, domains)
    context["may_start"] = bool(found.total) and bool(existing("review-item", 1))
    return lists.respond(request, _spec(request, chosen, line, found.total), "review/queue.html", context)


def _views(request: HttpRequest, line: str, chosen: QueueFilter, domains: Mapping[str, str]) -> Mapping[str, object]:
    """The tabs of saved views, the one that is open among them, and what saving this one needs."""
    permissions = permissions_of(actor_of(request))
    kept = saved_views(actor=actor_of(request))
    here = next((view for view in kept if view.line == write(chosen)), None)
    tabs: list[tuple[object, object, str, None]] = [("", _("All open"), reverse("review"), None)]
    tabs += [(view.id, view.name, f"{reverse('review')}?{urlencode({'q': view.line})}", None) for view in kept]
    removable = here is not None and (here.mine or permissions.may("decide", here.domain))
    return {
        "tabs": tabs,
        "current": here.id if here else "" if not write(chosen) else None,
        "save_url": reverse("save-view"),
        "remove_url": reverse("remove-view", args=[here.id]) if here and removable else "",
        "line": line,
        "domains": list(domains.items()),
        "domain": chosen.domain,
        "may_share": any(permissions.may("decide", code) for code in domains),
    }


def line_of(request: HttpRequest) -> str:
    """The typed line that the address or the form carries."""
    return (request.POST.get("q") or request.GET.get("q") or "").strip()


def task_url(task_id: int, line: str) -> str:
    """One task within the view it was opened from."""
    path = existing("review-item", task_id)
    return f"{path}?{urlencode({'q': line})}" if path and line else path


@screen
def start(request: HttpRequest) -> HttpResponseBase:
    """From the top: the first task of the view, or the queue when it has none."""
    line = line_of(request)
    first = ahead(actor=actor_of(request), filter=parse(line), n=1)
    return redirect(task_url(first[0], line) if first else f"{reverse('review')}?{urlencode({'q': line})}")


def _columns(line: str) -> tuple[lists.Column, ...]:
    def url(row: QueueRow) -> str:
        return task_url(row.id, line)

    return (
        lists.Column("name", _("Best name"), lambda r: r.best_name or r.codes[0], "text", _codes, url),
        lists.Column("why", _("Why it is here"), lambda r: r.why, "sentence"),
        lists.Column("score", _("Score"), lambda r: r.score, "score"),
        lists.Column("members", _("Members"), lambda r: r.member_count, "number"),
        lists.Column("systems", _("Systems"), lambda r: " ".join(r.systems), "systems"),
        lists.Column("value", _("Value"), lambda r: r.value_at_stake or None, "money"),
        lists.Column("opened_at", _("Age"), lambda r: r.opened_at, "time"),
        lists.Column("who", _("Who"), lambda r: r.assignee),
        lists.Column("state", _("State"), _state, "status", note=_presence),
    )


def _codes(row: QueueRow) -> str:
    shown = ", ".join(row.codes[:3])
    return f"{shown} +{len(row.codes) - 3}" if len(row.codes) > 3 else shown


def _state(row: QueueRow) -> str:
    if row.escalated:
        return "ESCALATED"
    if row.snoozed_until:
        return "SNOOZED"
    return "" if row.status == "OPEN" else row.status


def _presence(row: QueueRow) -> object:
    """Who is looking at the task now: a courtesy, nobody is kept out."""
    if not row.lease.holder or row.lease.mine:
        return None
    return format_html("{} {}", icon("eye"), _("{who} is looking").format(who=row.lease.holder))


EXPORTED = (
    lists.Column("reason", _("Reason"), lambda r: r.reason),
    lists.Column("codes", _("Golden records"), lambda r: " ".join(r.codes)),
    lists.Column("conflicts", _("Conflicts"), lambda r: " ".join(r.conflicts)),
    lists.Column("id", _("Task"), lambda r: r.id),
)


def _spec(request: HttpRequest, chosen: QueueFilter | None, line: str, total: int = 0) -> lists.ListSpec:
    actor = actor_of(request)

    def fetch(asked: lists.Asked) -> lists.Slice:
        if chosen is None:
            return lists.Slice([])
        page = list_tasks(actor=actor, filter=chosen, cursor=asked.cursor, limit=asked.limit)
        return lists.Slice(page.rows, page.next, page.previous, total)

    return lists.ListSpec(
        name="review",
        caption=_("Tasks to review"),
        columns=_columns(line),
        exported=EXPORTED,
        palette={system.code: system.colour for system in systems_visible_to(permissions_of(actor))},
        fetch=fetch,
        row_id=lambda r: str(r.id),
        filters=(lists.Filter("q", _("Filter"), "text"),),
        bar="review/bar.html",
        empty=Empty(
            _("Caught up"),
            _("Nothing waits for a decision. New tasks appear when matching finds records that may be one."),
            icon="ok",
        ),
    )
