"""What every screen does around its one domain call: ask for a sign-in, and turn a refusal into a page."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from mdm.kernel.errors import DomainError
from mdm.kernel.once import one_reading

P = ParamSpec("P")
TEMPLATES = {403: "403.html", 404: "404.html"}


def screen(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """A page for people: signed in, never stored by a cache, refusals in words."""

    @wraps(view)
    def answered(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        reading = one_reading() if request.method in ("GET", "HEAD") else nullcontext()
        try:
            with reading:
                return view(request, *args, **kwargs)
        except DomainError as refusal:
            return refused(request, refusal)

    guarded: Callable[Concatenate[HttpRequest, P], HttpResponseBase] = never_cache(login_required(answered))
    return guarded


def refused(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    """The refusal in the shell, or as a fragment for a panel that asked for one."""
    fragment = "HX-Request" in request.headers
    template = "components/refusal.html" if fragment else TEMPLATES.get(refusal.status, "refused.html")
    return render(request, template, {"refusal": refusal}, status=refusal.status)
