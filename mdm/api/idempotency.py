"""`Idempotency-Key`: a POST that is repeated has one effect and one answer.

Put `@idempotent` on a view's `post`. With the header, the method runs inside one transaction that also stores its
answer, so effect and answer are kept together or not at all:

    class SourceRecords(Endpoint):
        @idempotent
        def post(self, request: Request) -> HttpResponse: ...

Only an answer below 400 is kept. A refusal had no effect, is rolled back, and leaves the key free for a corrected body.
Without the header the method simply runs, and opens its own transaction.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import update_wrapper
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from django.db import transaction
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.views import APIView

from mdm.api.endpoint import actor_of, read_body
from mdm.api.operations.claim_key import Claim, claim_key
from mdm.api.operations.keep_answer import keep_answer
from mdm.api.operations.release_key import release_key
from mdm.api.problems import FieldError, RequestRefused, bytes_response

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
# The draft standard's quoted string, or the bare text that most clients send; 255 visible ASCII characters at most.
_QUOTED: Final = re.compile(r'"([\x20\x21\x23-\x5b\x5d-\x7e]{1,255})"')
_BARE: Final = re.compile(r"[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]{1,255}")

V = TypeVar("V", bound=APIView)
P = ParamSpec("P")
Method = Callable[Concatenate[V, Request, P], HttpResponse]


def idempotent(method: Method[V, P]) -> Method[V, P]:
    """Return the view method, made repeatable under the caller's `Idempotency-Key`."""

    def once(view: V, request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        key = key_of(request)
        if key is None:
            return method(view, request, *args, **kwargs)
        claim = claim_key(actor=actor_of(request), key=key, request_hash=_fingerprint(request))
        if claim.answer is not None:
            return _replay(claim)
        return _run(claim, lambda: method(view, request, *args, **kwargs))

    return update_wrapper(once, method)


def key_of(request: Request) -> str | None:
    """Return the request's idempotency key, or None when it sends none.

    Raises: RequestRefused (400) for a key that is not 1 to 255 visible ASCII characters.
    """
    header = request.headers.get(HEADER)
    if header is None:
        return None
    text = header.strip()
    quoted = _QUOTED.fullmatch(text)
    if quoted is not None:
        return quoted.group(1)
    if _BARE.fullmatch(text) is not None:
        return text
    message = f"{HEADER} must be 1 to 255 visible ASCII characters."
    remedy = f'Send a fresh UUID per request, as in {HEADER}: "8e03978e-40d5-43dd-bc93-6894a57f9324".'
    error = FieldError(detail=message, parameter=HEADER, value=text, remedy=remedy)
    raise RequestRefused(message, code="idempotency_key_invalid", status=400, errors=[error], remedy=remedy)


class _Refused(Exception):
    """Leaves the transaction of a run whose answer is a refusal."""

    def __init__(self, response: HttpResponse) -> None:
        self.response = response


def _run(claim: Claim, method: Callable[[], HttpResponse]) -> HttpResponse:
    try:
        with transaction.atomic():
            response = method()
            if response.status_code >= 400:
                raise _Refused(response)
            keep_answer(
                claim=claim,
                status=response.status_code,
                content_type=response.get("Content-Type", ""),
                body=bytes(response.content),
            )
    except _Refused as refused:
        release_key(claim=claim)
        return refused.response
    except BaseException:
        release_key(claim=claim)
        raise
    return response


def _replay(claim: Claim) -> HttpResponse:
    answer = claim.answer
    assert answer is not None
    response = bytes_response(answer.body, status=answer.status, content_type=answer.content_type)
    response[REPLAYED] = "true"
    return response


def _fingerprint(request: Request) -> bytes:
    """What makes two requests the same: method, address, format and every byte of the body."""
    meta: dict[str, Any] = request.META
    head = "\n".join((request.method or "", request.get_full_path(), meta.get("CONTENT_TYPE", "")))
    return hashlib.sha256(head.encode() + b"\n" + read_body(request)).digest()
