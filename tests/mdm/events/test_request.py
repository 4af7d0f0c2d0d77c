"""One id ties together what one request did, also in the workers."""

from __future__ import annotations

import re

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from mdm.events import request

FRESH = re.compile(r"[0-9a-f]{32}")


def answer(**headers: str) -> tuple[HttpResponse, list[str]]:
    seen: list[str] = []

    def view(asked: HttpRequest) -> HttpResponse:
        seen.extend([request.current(), asked.request_id])  # type: ignore[attr-defined]
        return HttpResponse()

    response = request.RequestIdMiddleware(view)(RequestFactory().get("/", headers=headers))
    assert isinstance(response, HttpResponse)
    return response, seen


def test_a_well_formed_id_of_the_caller_is_kept_and_sent_back() -> None:
    response, seen = answer(**{"X-Request-ID": "import-2026:7"})

    assert (seen, response["X-Request-ID"]) == (["import-2026:7"] * 2, "import-2026:7")


@pytest.mark.parametrize("sent", ["", "x" * 65, "two words", "a\nb", "-x", "ä", "<script>"])
def test_any_other_id_is_replaced_by_a_fresh_one(sent: str) -> None:
    response, seen = answer(**{"X-Request-ID": sent})

    assert FRESH.fullmatch(response["X-Request-ID"])
    assert seen == [response["X-Request-ID"]] * 2


def test_outside_a_request_there_is_no_id() -> None:
    answer()

    assert request.current() == ""


def test_the_id_ends_with_the_request_also_when_the_view_fails() -> None:
    def view(asked: HttpRequest) -> HttpResponse:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        request.RequestIdMiddleware(view)(RequestFactory().get("/"))

    assert request.current() == ""


def test_a_worker_goes_on_under_the_id_of_the_request_that_asked() -> None:
    with request.bound("req-1"):
        with request.bound(""):
            assert FRESH.fullmatch(request.current())
        assert request.current() == "req-1"

    assert request.current() == ""
