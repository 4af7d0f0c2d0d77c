"""Saved views of the queue: kept under a name, for oneself or the team."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from mdm.stewardship.operations.save_view import remove_view, save_view
from mdm.web.actor import actor_of
from mdm.web.screen import screen


@screen
@require_POST
def save(request: HttpRequest) -> HttpResponseBase:
    """The line stands under that name; a view of that name is replaced."""
    line = request.POST.get("query", "")
    save_view(
        domain=request.POST.get("domain", ""),
        name=request.POST.get("name", ""),
        line=line,
        actor=actor_of(request),
        team=bool(request.POST.get("team")),
        is_default=bool(request.POST.get("default")),
    )
    return redirect(f"{reverse('review')}?{urlencode({'q': line})}")


@screen
@require_POST
def remove(request: HttpRequest, view_id: int) -> HttpResponseBase:
    """The view is gone; what it showed stays."""
    remove_view(view_id=view_id, actor=actor_of(request))
    return redirect("review")
