"""Connections: how each is, how much it may still be given, and the switches that hold everything."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from mdm.accounts.queries import permissions_of
from mdm.web.actor import actor_of
from mdm.web.screen import screen
from sync.delivery.queries.connections import connection_state, connections, installation_sends
from sync.delivery.queries.log import lines, visible_deliveries
from sync.flows.queries.catalogue import silent_flows, visible_flows
from sync.targets.operations.pause import pause_connection, resume_connection
from sync.targets.operations.switch_sending import switch_connection, switch_installation
from sync.web.tabs import frame

LATEST = 10


@screen
def overview(request: HttpRequest) -> HttpResponseBase:
    """Every connection at a glance, what fell silent, and whether anything leaves at all."""
    actor = actor_of(request)
    context = {
        "states": connections(actor=actor),
        "installation": installation_sends(),
        "silent": silent_flows(actor=actor),
        "may_switch": permissions_of(actor).everywhere("operate"),
    }
    return render(request, "sync/connections.html", frame(actor, "sync") | context)


@screen
def health(request: HttpRequest) -> HttpResponseBase:
    """The panel on the home page."""
    actor = actor_of(request)
    context = {"states": connections(actor=actor), "silent": silent_flows(actor=actor)}
    return render(request, "sync/health.html", context)


@screen
def connection(request: HttpRequest, system: str) -> HttpResponseBase:
    """One connection with its headroom, its flows and what moved last."""
    actor = actor_of(request)
    state = connection_state(actor=actor, system=system)
    latest = list(visible_deliveries(actor=actor, system=system).order_by("-queued_at", "-id")[:LATEST])
    context = {
        "state": state,
        "one": state.connection,
        "flows": visible_flows(actor=actor, system=system).order_by("pk"),
        "latest": lines(actor=actor, deliveries=latest),
        "may_operate": permissions_of(actor).may_system("operate", system),
    }
    return render(request, "sync/connection.html", frame(actor, "sync") | context)


@screen
@require_POST
def act(request: HttpRequest, system: str, verb: str) -> HttpResponseBase:
    """The connection is paused, resumed, or switched."""
    actor, reason = actor_of(request), request.POST.get("reason", "")
    connection_state(actor=actor, system=system)
    if verb == "pause":
        pause_connection(system=system, cause=reason, actor=actor)
    elif verb == "resume":
        resume_connection(system=system, actor=actor, reason=reason)
    else:
        switch_connection(system=system, sending=verb == "send", actor=actor, reason=reason)
    return redirect("connection", system=system)


@screen
@require_POST
def switch(request: HttpRequest) -> HttpResponseBase:
    """Anything may leave this installation, or nothing does."""
    sending = request.POST.get("sending") == "yes"
    switch_installation(sending=sending, actor=actor_of(request), reason=request.POST.get("reason", ""))
    return redirect("sync")
