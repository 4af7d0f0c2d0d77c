"""The person's own pages: profile, preferences, help."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from mdm.accounts.queries import permissions_of
from mdm.web import preferences
from mdm.web.actor import actor_of
from mdm.web.screen import screen

DENSITIES = [("compact", _("Compact"), ""), ("default", _("Default"), ""), ("roomy", _("Roomy"), "")]
KEYS = [("on", _("On"), ""), ("off", _("Off"), "")]


def next_or(request: HttpRequest, fallback: str) -> str:
    """The address the person came from, when it is ours; anything else leads to the fallback."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours and wanted.startswith("/") else reverse(fallback)


@screen
def profile(request: HttpRequest) -> HttpResponseBase:
    """Who the person is here, what they may do, and how they like the pages."""
    rights: dict[str, list[str]] = {}
    for domain, action, scope in sorted(permissions_of(actor_of(request)).grants):
        rights.setdefault(domain, []).append(action if scope == "*" else f"{action} ({scope})")
    context = {"rights": rights.items(), "densities": DENSITIES, "keys": KEYS}
    return render(request, "account/profile.html", context)


@screen
@require_POST
def save_preferences(request: HttpRequest) -> HttpResponseBase:
    """The choices are remembered in this browser."""
    response = redirect(next_or(request, "profile"))
    preferences.write(response, request.POST, secure=request.is_secure())
    return response


@screen
def help_page(request: HttpRequest) -> HttpResponseBase:
    """The words of the product, its keys, and where the API is described."""
    return render(request, "account/help.html")
