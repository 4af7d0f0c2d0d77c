"""Something said below a task, a record or a change request."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from mdm.stewardship.operations.add_comment import add_comment
from mdm.web.actor import actor_of
from mdm.web.screen import screen
from mdm.web.views.account import next_or


@screen
@require_POST
def comment(request: HttpRequest) -> HttpResponseBase:
    """The comment stands below its subject, for good."""
    add_comment(subject=request.POST.get("subject", ""), body=request.POST.get("body", ""), actor=actor_of(request))
    return redirect(next_or(request, "home"))
