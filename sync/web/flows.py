"""Flows: what moves from where to where, when it last moved, and one flow with its mapping and mode."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from mdm.accounts.queries import permissions_of
from mdm.web import lists, statuses
from mdm.web.actor import actor_of
from mdm.web.empty import Empty
from mdm.web.paging import keyset
from mdm.web.screen import screen
from sync.delivery.operations.run_flow import set_flow_mode
from sync.delivery.queries.log import lines, visible_deliveries
from sync.flows.models import FlowMode
from sync.flows.queries.catalogue import FlowLine, flow_lines, mappings_of, visible_flow, visible_flows
from sync.web.tabs import frame

HELD_SHOWN = 10


def _schedule(line: FlowLine) -> str:
    return f"{line.flow.schedule} ({line.flow.time_zone})" if line.flow.schedule else _("at once")


COLUMNS = (
    lists.Column(
        "label", gettext_lazy("Flow"), lambda f: f.flow.label, href=lambda f: reverse("flow", args=[f.flow.pk])
    ),
    lists.Column("source", gettext_lazy("From"), lambda f: f.flow.source_id),
    lists.Column("target", gettext_lazy("To"), lambda f: f.flow.target_id),
    lists.Column("object", gettext_lazy("Object"), lambda f: f.flow.object),
    lists.Column("domain", gettext_lazy("Domain"), lambda f: f.flow.domain.label),
    lists.Column("mode", gettext_lazy("Mode"), lambda f: f.flow.mode, "status"),
    lists.Column("schedule", gettext_lazy("When"), _schedule),
    lists.Column("volume", gettext_lazy("A day"), lambda f: f.flow.volume_per_day, "number"),
    lists.Column("moved", gettext_lazy("Last moved"), lambda f: f.flow.last_moved_at, "time"),
    lists.Column("silent", gettext_lazy("Silent since"), lambda f: f.silent_since, "time"),
    lists.Column("owner", gettext_lazy("Owner"), lambda f: f.flow.owner),
)


@screen
def flows(request: HttpRequest) -> HttpResponseBase:
    """The catalogue."""
    actor = actor_of(request)
    return lists.respond(request, _spec(request), "sync/flows.html", frame(actor, "flows"))


@screen
def flow(request: HttpRequest, code: str) -> HttpResponseBase:
    """One flow: its mode, filter and mapping, and what a shadow would send."""
    actor = actor_of(request)
    line = visible_flow(actor=actor, code=code)
    held = visible_deliveries(actor=actor, flow=code, group="held").filter(hold_reason="shadow")
    far = line.flow.source_id if line.flow.target.is_hub else line.flow.target_id
    context = {
        "line": line,
        "one": line.flow,
        "mappings": mappings_of(line.flow),
        "would_send": held.count(),
        "held": lines(actor=actor, deliveries=list(held.order_by("-queued_at", "-id")[:HELD_SHOWN])),
        "may_operate": permissions_of(actor).may_system("operate", far),
        "modes": [mode for mode in FlowMode.values if mode != line.flow.mode],
    }
    return render(request, "sync/flow.html", frame(actor, "flows") | context)


@screen
@require_POST
def mode(request: HttpRequest, code: str) -> HttpResponseBase:
    """The flow is off, in shadow or active."""
    actor = actor_of(request)
    visible_flow(actor=actor, code=code)
    set_flow_mode(flow=code, mode=request.POST.get("mode", ""), actor=actor, reason=request.POST.get("reason", ""))
    return redirect("flow", code=code)


def _spec(request: HttpRequest) -> lists.ListSpec:
    actor = actor_of(request)
    seen = visible_flows(actor=actor)
    domains = sorted(set(seen.values_list("domain_id", "domain__label")))
    systems = sorted(set(seen.values_list("target_id", "target__label")))
    return lists.ListSpec(
        name="flows",
        caption=gettext_lazy("Flows"),
        columns=COLUMNS,
        fetch=lambda asked: keyset(visible_flows(actor=actor, **asked.filters), asked).showing(
            lambda rows: flow_lines(list(rows))
        ),
        row_id=lambda f: f.flow.pk,
        sort="pk",
        filters=(
            lists.Filter(
                "mode", gettext_lazy("Mode"), choices=[(one, statuses.of(one).word) for one in FlowMode.values]
            ),
            lists.Filter("domain", gettext_lazy("Domain"), choices=domains),
            lists.Filter("system", gettext_lazy("To"), choices=systems),
        ),
        empty=Empty(
            gettext_lazy("No flow yet"),
            gettext_lazy("A flow says what moves from where to where. A new one starts in shadow: nothing is sent."),
            icon="sync",
        ),
    )
