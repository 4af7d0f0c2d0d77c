"""Problem documents (RFC 9457): one shape for everything that an endpoint refuses."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import orjson
from django.http import HttpResponse

from mdm.kernel.errors import DomainError

MEDIA_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "urn:touchstone:problem:"
SHOWN_VALUE: Final = 200
SHOWN_ERRORS: Final = 100

TITLES: Final[dict[str, str]] = {
    "ambiguous": "The identifier stands for several golden records",
    "body_too_large": "The request body is too large",
    "conflict": "The request conflicts with the present state",
    "csrf_failed": "The request did not come from a page of this site",
    "forbidden": "The key has no right to this",
    "gone": "The resource is gone",
    "idempotency_key_invalid": "The Idempotency-Key is not usable",
    "idempotency_key_reused": "The Idempotency-Key belongs to another request",
    "idempotency_key_running": "The first request with this Idempotency-Key is still running",
    "internal_error": "The server failed",
    "invalid": "The request's content is wrong",
    "invalid_json": "The body is not JSON",
    "invalid_parameter": "A parameter is wrong",
    "method_not_allowed": "The method is not allowed here",
    "not_acceptable": "The answer is not available in this format",
    "not_authenticated": "A valid API key is needed",
    "not_found": "There is nothing here",
    "refused": "The request was refused",
    "too_large": "More was sent than one request may hold",
    "too_many_requests": "Too many requests",
    "unknown_identifier": "The identifier is not known",
    "unsupported_media_type": "The body's format is not supported",
}


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong value: where it is (a JSON pointer into the body, or a parameter), what is wrong, and the remedy."""

    detail: str
    pointer: str = ""
    parameter: str = ""
    field: str = ""
    value: str = ""
    remedy: str = ""

    def as_json(self) -> dict[str, str]:
        parts = {
            "pointer": self.pointer,
            "parameter": self.parameter,
            "field": self.field,
            "value": self.value[:SHOWN_VALUE],
            "detail": self.detail,
            "remedy": self.remedy,
        }
        return {name: text for name, text in parts.items() if text}


class RequestRefused(DomainError):
    """A request that is wrong in one or several places, each named; `code` and `status` are given per refusal."""

    def __init__(
        self,
        message: str,
        *,
        code: str = "invalid",
        status: int = 422,
        errors: Iterable[FieldError] = (),
        extra: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        remedy: str = "",
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.code = code
        self.status = status
        self.errors = list(errors)
        self.extra = dict(extra or {})
        self.headers = dict(headers or {})


def wrong_parameter(parameter: str, value: str, message: str, remedy: str) -> RequestRefused:
    """Return the refusal (400) of one query or path parameter."""
    error = FieldError(detail=message, parameter=parameter, value=value, remedy=remedy)
    return RequestRefused(message, code="invalid_parameter", status=400, errors=[error], remedy=remedy)


def problem(
    code: str,
    status: int,
    detail: str,
    *,
    instance: str = "",
    request_id: str = "",
    errors: Iterable[FieldError] = (),
    extra: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Return a problem document; `code` makes its stable `type`."""
    listed = list(errors)
    document: dict[str, Any] = {
        "type": TYPE_PREFIX + code.replace("_", "-"),
        "title": TITLES.get(code) or HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": instance,
        "request_id": request_id,
        "errors": [error.as_json() for error in listed[:SHOWN_ERRORS]],
        **(extra or {}),
    }
    if len(listed) > SHOWN_ERRORS:
        document["errors_total"] = len(listed)
    return json_response(document, status=status, content_type=MEDIA_TYPE)


def json_response(content: Any, *, status: int = 200, content_type: str = "application/json") -> HttpResponse:
    """Return `content` as JSON text in UTF-8, without a renderer between."""
    return bytes_response(json_bytes(content), status=status, content_type=content_type)


def json_bytes(content: Any) -> bytes:
    """Return `content` as JSON text in UTF-8."""
    try:
        return orjson.dumps(content)
    except orjson.JSONEncodeError:
        # A lone surrogate in a value that was sent is shown as a question mark rather than failing the answer.
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return text.encode("utf-8", "replace")


def bytes_response(
    body: bytes, *, status: int, content_type: str, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """Return `body` with its length, so that the server need not send it in chunks."""
    told = {"Content-Length": str(len(body)), **(headers or {})}
    return HttpResponse(body, status=status, content_type=content_type, headers=told)
