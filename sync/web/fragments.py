"""What pages of golden records and reviews show of sending; they ask for it by the address's name."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from mdm.web.actor import actor_of
from mdm.web.screen import screen
from sync.delivery.queries.consequences import consequences_of_merge
from sync.delivery.queries.log import lines, visible_deliveries
from sync.delivery.queries.whereabouts import whereabouts

LATEST = 50


@screen
def golden_deliveries(request: HttpRequest, code: str) -> HttpResponseBase:
    """Everything sent of one golden record, newest first, under where it is now."""
    actor = actor_of(request)
    places = whereabouts(actor=actor, code=code)
    found = visible_deliveries(actor=actor, code=code).order_by("-queued_at", "-id")[:LATEST]
    context = {"code": code, "places": places, "lines": lines(actor=actor, deliveries=list(found))}
    return render(request, "sync/golden_deliveries.html", context)


@screen
def where(request: HttpRequest, code: str) -> HttpResponseBase:
    """Where one golden record is now, since when, and whom it waits for."""
    places = whereabouts(actor=actor_of(request), code=code)
    return render(request, "sync/where.html", {"code": code, "places": places})


@screen
def consequences(request: HttpRequest, task_id: int) -> HttpResponseBase:
    """What a merge of a task's members would send."""
    members = request.GET.getlist("member")
    found = consequences_of_merge(actor=actor_of(request), task=task_id, members=members)
    return render(request, "sync/consequences.html", {"sendings": found})
