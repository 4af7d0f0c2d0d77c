"""Dead letters by cause: mended once, then sent again, one first and then all."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from mdm.web.actor import actor_of
from mdm.web.screen import screen
from sync.delivery.queries.dead_letters import dead_causes
from sync.web.tabs import frame


@screen
def dead_letters(request: HttpRequest) -> HttpResponseBase:
    """Each cause with how many it holds, since when, and one example."""
    actor = actor_of(request)
    return render(
        request, "sync/dead_letters.html", frame(actor, "dead-letters") | {"causes": dead_causes(actor=actor)}
    )
