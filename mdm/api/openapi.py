"""The OpenAPI document and the answer for addresses that do not exist."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from mdm.api.errors import unknown_address
from mdm.api.problems import json_response
from mdm.api.schema import document


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """Return the OpenAPI document; it describes the interface and holds no data, so it needs no key."""
    return json_response(document())


@csrf_exempt
def unknown(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Return a problem document for an address under the API that no endpoint answers."""
    return unknown_address(request)
