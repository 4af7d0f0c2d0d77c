"""The registered systems and the identifiers they give."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from mdm.governance.queries.catalogue import systems_catalogue
from mdm.web.actor import actor_of
from mdm.web.screen import screen


@screen
def systems(request: HttpRequest) -> HttpResponseBase:
    """Every system the person may know of, with its id types."""
    return render(request, "systems.html", {"active": "systems", "entries": systems_catalogue(actor=actor_of(request))})
