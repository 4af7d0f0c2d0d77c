"""Dead letters by cause: mended once, then sent again, one first and then all."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from mdm.accounts.queries import permissions_of
from mdm.kernel.errors import NotFound
from mdm.web.actor import actor_of
from mdm.web.screen import screen
from sync.delivery.operations.revive import revive, revive_cause
from sync.delivery.queries.dead_letters import dead_causes
from sync.delivery.queries.log import visible_deliveries
from sync.web.tabs import frame


@screen
def dead_letters(request: HttpRequest) -> HttpResponseBase:
    """Each cause with how many it holds, since when, and one example."""
    actor = actor_of(request)
    permissions = permissions_of(actor)
    causes = [(cause, permissions.may_system("operate", cause.system)) for cause in dead_causes(actor=actor)]
    return render(request, "sync/dead_letters.html", frame(actor, "dead-letters") | {"causes": causes})


@screen
@require_POST
def replay(request: HttpRequest, cause: str) -> HttpResponseBase:
    """One delivery of the cause is sent again with the golden record as it is now, or all of them are."""
    actor, reason = actor_of(request), request.POST.get("reason", "")
    failed = visible_deliveries(actor=actor, group="failed", cause=cause).order_by("-since", "id").first()
    if failed is None:
        raise NotFound("Nothing failed for that cause.", field="cause", value=cause[:64], remedy="Reload the list.")
    if request.POST.get("many") == "all":
        revive_cause(cause_key=cause, what="current", actor=actor, reason=reason)
    else:
        revive(delivery=failed.pk, what="current", actor=actor, reason=reason)
    return redirect("dead-letters")
