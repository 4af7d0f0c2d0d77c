"""Who asks: a system with an API key, or a person with a session."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from mdm.accounts.models import Actor
from mdm.accounts.queries import authenticate_api_key

CHALLENGE: Final = 'Bearer realm="touchstone"'
# One sentence for every reason: the caller of a wrong key learns nothing about the right ones.
REFUSED: Final = "The API key is not known, has expired or was revoked. Ask an administrator for a new one."


def secret_in(request: HttpRequest) -> str | None:
    """Return the secret that the request brings, or None when it brings none.

    Raises: AuthenticationFailed for another scheme than Bearer.
    """
    header: str = request.META.get("HTTP_AUTHORIZATION", "")
    if not header:
        return None
    scheme, _, secret = header.partition(" ")
    if scheme.lower() != "bearer":
        raise AuthenticationFailed(f"Send Authorization: Bearer tsk_…; the scheme {scheme[:20]!r} is not supported.")
    return secret.strip()


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer tsk_…`, looked up with its grants in one statement. Rights are the domain's to check."""

    def authenticate(self, request: Request) -> tuple[Actor, str] | None:
        secret = secret_in(request._request)
        if secret is None:
            return None
        actor = authenticate_api_key(secret)
        if actor is None:
            raise AuthenticationFailed(REFUSED)
        return actor, "api_key"

    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE


class PersonAuthentication(SessionAuthentication):
    """The session of a signed-in person; a writing method also needs the CSRF token."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        # A request that brings a key is judged by the key alone, and a request without a cookie has no session to read.
        if not request.COOKIES:
            return None
        return super().authenticate(request)

    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE
