"""Every exception that reaches the edge becomes a problem document; none tells more than the caller may know."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from rest_framework import exceptions
from rest_framework.views import set_rollback

from mdm.api.problems import FieldError, RequestRefused, problem
from mdm.events import request as event_request
from mdm.kernel.errors import DomainError

logger = logging.getLogger(__name__)

_FRAMEWORK: dict[type[Exception], tuple[str, int]] = {
    exceptions.NotAuthenticated: ("not_authenticated", 401),
    exceptions.AuthenticationFailed: ("not_authenticated", 401),
    exceptions.PermissionDenied: ("forbidden", 403),
    exceptions.NotFound: ("not_found", 404),
    exceptions.MethodNotAllowed: ("method_not_allowed", 405),
    exceptions.NotAcceptable: ("not_acceptable", 406),
    exceptions.UnsupportedMediaType: ("unsupported_media_type", 415),
    exceptions.ParseError: ("invalid_json", 400),
    exceptions.ValidationError: ("invalid", 422),
    exceptions.Throttled: ("too_many_requests", 429),
}
_DETAILS: dict[type[Exception], tuple[str, int, str]] = {
    Http404: ("not_found", 404, "There is nothing at this address."),
    PermissionDenied: ("forbidden", 403, "You may not do this."),
    RequestDataTooBig: ("body_too_large", 413, "The request body is larger than one request may hold. Send less."),
    UnreadablePostError: ("refused", 400, "The request body ended before it was complete. Send it again."),
    SuspiciousOperation: ("refused", 400, "The request is not well formed."),
}


def exception_response(exc: Exception, context: dict[str, Any]) -> HttpResponse:
    """Return the problem document for what a view raised; the transaction, if one is open, is rolled back."""
    set_rollback()
    path = context["request"].path if context.get("request") is not None else ""
    return _refusal(exc, path) or _failure(exc, path)


def unknown_address(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return 404 for an address under /api/ that no endpoint answers."""
    detail = f"No endpoint answers at {request.path}. The addresses are listed in /api/v1/openapi.json."
    return problem("not_found", 404, detail, instance=request.path, request_id=event_request.current())


def server_failure(request: HttpRequest) -> HttpResponse:
    """Return 500 in words that hold nothing of the failure but the request id to report."""
    return _internal(request.path)


def _refusal(exc: Exception, path: str) -> HttpResponse | None:
    if isinstance(exc, DomainError):
        return _domain_refusal(exc, path)
    if isinstance(exc, exceptions.APIException):
        return _framework_refusal(exc, path)
    for kind, (code, status, detail) in _DETAILS.items():
        if isinstance(exc, kind):
            return problem(code, status, detail, instance=path, request_id=event_request.current())
    return None


def _domain_refusal(exc: DomainError, path: str) -> HttpResponse:
    if isinstance(exc, RequestRefused):
        errors, extra, headers = exc.errors, exc.extra, exc.headers
    else:
        named = exc.field or exc.value
        error = FieldError(detail=exc.message, field=exc.field, value=str(exc.value), remedy=exc.remedy)
        errors, extra, headers = ([error] if named else []), {}, {}
    response = problem(
        exc.code, exc.status, str(exc), instance=path, request_id=event_request.current(), errors=errors, extra=extra
    )
    for name, value in headers.items():
        response[name] = value
    return response


def _framework_refusal(exc: exceptions.APIException, path: str) -> HttpResponse | None:
    known = next((value for kind, value in _FRAMEWORK.items() if isinstance(exc, kind)), None)
    if known is None:
        return None
    code, status = known
    detail = str(exc.detail)
    if code == "forbidden" and detail.startswith("CSRF"):
        code, detail = ("csrf_failed", "The CSRF token is missing or wrong. Send X-CSRFToken, or use an API key.")
    response = problem(code, status, detail, instance=path, request_id=event_request.current())
    if status == 401:
        response["WWW-Authenticate"] = getattr(exc, "auth_header", "") or 'Bearer realm="touchstone"'
    wait = getattr(exc, "wait", None)
    if wait is not None:
        response["Retry-After"] = str(int(wait) + 1)
    return response


def _failure(exc: Exception, path: str) -> HttpResponse:
    logger.error("unhandled exception in the API at %s", path, exc_info=exc)
    return _internal(path)


def _internal(path: str) -> HttpResponse:
    detail = "The server failed. Tell an operator the request id; a request with an Idempotency-Key may be sent again."
    return problem("internal_error", 500, detail, instance=path, request_id=event_request.current())
