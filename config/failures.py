"""What is answered when Django itself refuses or fails: a problem document to systems, a page to people."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from mdm.api import errors as api
from mdm.web.views import errors as web


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    answer = api.unknown_address if _from_system(request) else web.not_found
    return answer(request, exception)


def failed(request: HttpRequest) -> HttpResponse:
    answer = api.server_failure if _from_system(request) else web.failed
    return answer(request)


def _from_system(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")
