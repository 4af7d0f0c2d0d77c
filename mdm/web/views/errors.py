"""What the browser gets when Django itself refuses or fails."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _plain_or_page(request, "404.html", 404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _plain_or_page(request, "403.html", 403)


def failed(request: HttpRequest) -> HttpResponse:
    """Reads nothing: the database may be what failed."""
    context = {"request_id": getattr(request, "request_id", "")}
    return HttpResponse(loader.render_to_string("500.html", context), status=500)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long, or came from elsewhere."""
    return render(request, "account/stale_form.html", status=403)


def _plain_or_page(request: HttpRequest, template: str, status: int) -> HttpResponse:
    signed_in = getattr(request, "user", None) is not None and request.user.is_authenticated
    return render(request, template if signed_in else "account/nothing_here.html", status=status)
