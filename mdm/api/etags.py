"""Answers that a client may keep: a weak ETag, and 304 while it still holds."""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags
from rest_framework.request import Request

from mdm.api.problems import json_response


def answer_with_etag(request: Request, content: Any, revision: str) -> HttpResponse:
    """Return `content`, or 304 when the client's `If-None-Match` names it.

    `revision` tells people which state the tag stands for. The digest makes the tag hold for what this caller may see
    too, so that a changed grant is never hidden behind a 304.
    """
    response = json_response(content)
    etag = f'W/"{revision}-{hashlib.blake2b(response.content, digest_size=8).hexdigest()}"'
    known = request.META.get("HTTP_IF_NONE_MATCH", "")
    if known and _names(known, etag):
        return HttpResponseNotModified(headers={"ETag": etag})
    response["ETag"] = etag
    return response


def _names(known: str, etag: str) -> bool:
    return any(tag == "*" or tag.removeprefix("W/") == etag.removeprefix("W/") for tag in parse_etags(known))
