"""The id that ties together all that one request, or one piece of a worker's work, did."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponseBase

HEADER = "X-Request-ID"
_WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
_current: ContextVar[str] = ContextVar("touchstone_request_id", default="")


def current() -> str:
    """Return the id of the request being answered, or an empty string outside one."""
    return _current.get()


def new() -> str:
    """Return a fresh id."""
    return os.urandom(16).hex()


@contextmanager
def bound(request_id: str) -> Iterator[str]:
    """Put all that the block does down to `request_id`, or to a fresh one when it is empty: how a worker goes on."""
    token = _current.set(request_id or new())
    try:
        yield _current.get()
    finally:
        _current.reset(token)


class RequestIdMiddleware:
    """Takes the caller's well-formed `X-Request-ID`, else makes one; puts it on the request and on the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        sent = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id = sent if _WELL_FORMED.fullmatch(sent) else new()
        request.request_id = request_id  # type: ignore[attr-defined]
        token = _current.set(request_id)
        try:
            response = self.get_response(request)
        finally:
            _current.reset(token)
        response[HEADER] = request_id
        return response
