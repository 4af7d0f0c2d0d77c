"""Where Django itself answers, a system gets a problem document and a person a page."""

from __future__ import annotations

import pytest
from django.test import Client


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/", "/api/v9/golden-records", "/api/v1/nothing"])
def test_an_unknown_address_of_the_api_is_a_problem_document(client: Client, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
def test_an_unknown_address_elsewhere_is_a_page(client: Client) -> None:
    answer = client.get("/nothing-here")

    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    ("path", "kind"), [("/api/v1/openapi.json", "application/problem+json"), ("/help", "text/html")]
)
def test_a_failure_tells_nothing_but_what_to_report(
    client: Client, monkeypatch: pytest.MonkeyPatch, path: str, kind: str
) -> None:
    def fail(request: object) -> None:
        raise RuntimeError("the inside of the program")

    monkeypatch.setattr("django.core.handlers.base.BaseHandler.resolve_request", fail)
    client.raise_request_exception = False

    answer = client.get(path)

    assert answer.status_code == 500
    assert answer["Content-Type"].startswith(kind)
    assert b"inside of the program" not in answer.content
