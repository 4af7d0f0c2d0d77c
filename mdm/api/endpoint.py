"""What every endpoint shares: who may call it, how a body is read, how a refusal is told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final, NoReturn, cast

from django.conf import settings
from django.http import HttpResponse
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import NotAcceptable, NotAuthenticated, UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.views import APIView

from mdm.accounts.models import Actor
from mdm.api.authentication import ApiKeyAuthentication, PersonAuthentication
from mdm.api.errors import exception_response
from mdm.api.problems import RequestRefused
from mdm.api.schema import EndpointSchema

DEFAULT_BODY_LIMIT: Final = 16 * 1024 * 1024
ACCEPTED: Final = ("application/json", "application/problem+json", "application/*", "*/*")


class Endpoint(APIView):
    """An endpoint that needs an actor and speaks JSON; it parses, makes one domain call and answers.

    A method returns an `HttpResponse` whose bytes are final. There is one format, so no renderer is chosen: on the
    look-up path that choice would cost as much as the answer.
    """

    authentication_classes: Sequence[type[BaseAuthentication]] = (ApiKeyAuthentication, PersonAuthentication)
    permission_classes = ()
    throttle_classes = ()
    schema = EndpointSchema()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        _require_json_accepted(request.META.get("HTTP_ACCEPT", ""))
        self.require_actor(request)

    def require_actor(self, request: Request) -> None:
        """Raises: AuthenticationFailed for a key that is not valid; NotAuthenticated for nobody."""
        if not request.user.is_authenticated:
            raise NotAuthenticated("Send an API key: Authorization: Bearer tsk_…")

    def options(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        return HttpResponse(status=204, headers={"Allow": self._allowed()})

    def handle_exception(self, exc: Exception) -> HttpResponse:  # type: ignore[override]
        return exception_response(exc, self.get_exception_handler_context())

    def finalize_response(  # type: ignore[override]
        self, request: Request, response: HttpResponse, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        headers = response.headers
        headers["Vary"] = "Authorization, Cookie"
        headers["Cache-Control"] = "private, no-cache"
        if response.status_code == 405:
            headers["Allow"] = self._allowed()
        return response

    def _allowed(self) -> str:
        return ", ".join(self.allowed_methods)


def actor_of(request: Request) -> Actor:
    """Return who asks; `Endpoint` lets nobody else in."""
    return cast(Actor, request.user)


def read_object(request: Request) -> dict[str, Any]:
    """Return the JSON object in the request's body.

    Raises: UnsupportedMediaType (415), RequestRefused (400 not JSON, 413 too large, 422 not an object).
    """
    content = read_json(request)
    if not isinstance(content, dict):
        raise RequestRefused("The body must be a JSON object.", remedy='Send {"items": […]}.')
    return content


def read_json(request: Request) -> Any:
    """Return what the request's body says in JSON.

    Raises: UnsupportedMediaType (415), RequestRefused (400 not JSON, 413 too large).
    """
    media_type = request.META.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise UnsupportedMediaType(media_type, detail="Send the body as Content-Type: application/json.")
    body = read_body(request)
    try:
        return json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        where = f" at line {error.lineno}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        message = f"The body is not JSON{where}."
        raise RequestRefused(
            message, code="invalid_json", status=400, remedy="Send one JSON document in UTF-8."
        ) from None


def read_body(request: Request) -> bytes:
    """Return the request's bytes, refused by their announced length before they are read.

    Raises: RequestRefused (413).
    """
    limit = body_limit()
    announced = request.META.get("CONTENT_LENGTH") or "0"
    if not announced.isdecimal() or int(announced) > limit:
        raise RequestRefused(
            f"The body has {announced[:20]} bytes and the limit is {limit}.",
            code="body_too_large",
            status=413,
            remedy="Send the items in several requests.",
        )
    return bytes(request._request.body)


def body_limit() -> int:
    """Return how many bytes one request's body may have."""
    return int(getattr(settings, "API_MAX_BODY_BYTES", DEFAULT_BODY_LIMIT))


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _require_json_accepted(accept: str) -> None:
    if not accept or accept == "*/*":
        return
    offered = (part.partition(";")[0].strip().lower() for part in accept.split(","))
    if not any(media_type in ACCEPTED for media_type in offered):
        raise NotAcceptable("The answer is application/json. Send Accept: application/json.")
