"""Two views that do nothing, behind the same server and middleware; one checks the key as every endpoint does."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework.request import Request

import config.urls
from mdm.api.endpoint import Endpoint
from mdm.api.problems import json_response


class WithKey(Endpoint):
    """Nothing but the check of the key."""

    def get(self, request: Request) -> HttpResponse:
        return json_response({})


def bare(request: HttpRequest) -> HttpResponse:
    """Nothing at all."""
    return json_response({})


urlpatterns = [
    path("api/v1/bench/bare", bare),
    path("api/v1/bench/with-key", WithKey.as_view()),
    *config.urls.urlpatterns,
]
