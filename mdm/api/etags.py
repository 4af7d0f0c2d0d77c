"""Answers that a client may keep: a weak ETag, and 304 while it still holds."""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags

from mdm.api.problems import bytes_response, json_bytes


def answer_with_etag(request: HttpRequest, content: Any, revision: str) -> HttpResponse:
    """Return `content`, or 304 when the client's `If-None-Match` names it.

    `revision` tells people which state the tag stands for. The digest makes the tag hold for what this caller may see
    too, so that a changed grant is never hidden behind a 304.
    """
    body = json_bytes(content)
    etag = f'W/"{revision}-{hashlib.blake2b(body, digest_size=8).hexdigest()}"'
    known = request.META.get("HTTP_IF_NONE_MATCH", "")
    if known and _names(known, etag):
        return HttpResponseNotModified(headers={"ETag": etag})
    return bytes_response(body, status=200, content_type="application/json", headers={"ETag": etag})


def _names(known: str, etag: str) -> bool:
    return any(tag == "*" or tag.removeprefix("W/") == etag.removeprefix("W/") for tag in parse_etags(known))
