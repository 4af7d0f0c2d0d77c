"""Django's middleware for pages; a request that brings an API key passes all of it by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.middleware.common import CommonMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin
from django_htmx.middleware import HtmxMiddleware
from whitenoise.middleware import WhiteNoiseMiddleware

SIGNED_IN_AT = "touchstone_signed_in_at"
SEEN_AT = "touchstone_seen_at"
SEEN_EVERY_SECONDS = 60
HEALTH = ("/healthz", "/readyz")

if TYPE_CHECKING:
    _Base = MiddlewareMixin
else:
    _Base = object


class ForPages(_Base):
    """Steps aside for probes, and for a request to the API that carries no cookie: no session or form is there."""

    def __call__(self, request: HttpRequest) -> Any:
        path = request.path_info
        if (path.startswith("/api/") and "HTTP_COOKIE" not in request.META) or path in HEALTH:
            return self.get_response(request)
        return super().__call__(request)


class StaticFiles(ForPages, WhiteNoiseMiddleware):  # type: ignore[misc]
    """Serves the project's own files."""


class ContentSecurityPolicy(ForPages, CSPMiddleware):
    """Allows nothing from elsewhere and nothing inline."""


class Sessions(ForPages, SessionMiddleware):
    """Reads the session's cookie."""


class Common(ForPages, CommonMiddleware):
    """Adds the missing slash, and the length of the answer."""


class FormTokens(ForPages, CsrfViewMiddleware):
    """Refuses a form that did not come from a page of ours."""


class Authentication(ForPages, AuthenticationMiddleware):
    """Says who is signed in."""


class Messages(ForPages, MessageMiddleware):
    """Carries one sentence from an act to the next page."""


class Htmx(ForPages, HtmxMiddleware):  # type: ignore[misc]
    """Says whether a fragment or a page is asked for."""


class SessionLimits(ForPages, MiddlewareMixin):
    """Signs a person out after half an hour without a request, and after twelve hours in any case."""

    def process_request(self, request: HttpRequest) -> None:
        session = request.session
        if not session.session_key or not request.user.is_authenticated:
            return
        now = int(timezone.now().timestamp())
        since, seen = session.get(SIGNED_IN_AT, now), session.get(SEEN_AT, now)
        if now - seen > settings.SESSION_IDLE_SECONDS or now - since > settings.SESSION_COOKIE_AGE:
            logout(request)
        elif SEEN_AT not in session or now - seen >= SEEN_EVERY_SECONDS:
            session[SIGNED_IN_AT], session[SEEN_AT] = since, now
