"""Whatever goes wrong is told as one kind of document, and tells nothing it should not."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from rest_framework import exceptions
from rest_framework.request import Request

from mdm.api.endpoint import Endpoint
from mdm.api.errors import exception_response, server_failure
from mdm.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, TooLarge
from tests.mdm.api.caller import Caller
from tests.mdm.records.world import World

MEMBERS = {"type", "title", "status", "detail", "instance", "request_id", "errors"}


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("GET", "nothing-here", 404, "not-found"),
        ("GET", "", 404, "not-found"),
        ("POST", "nothing/here", 404, "not-found"),
        ("DELETE", "crosswalk/SAP/1", 405, "method-not-allowed"),
        ("GET", "crosswalk/resolve", 405, "method-not-allowed"),
        ("POST", "golden-records", 405, "method-not-allowed"),
    ],
)
def test_a_wrong_address_or_method_is_a_problem_document(
    world: World, caller: Caller, method: str, path: str, status: int, kind: str
) -> None:
    response = caller.client.generic(method, f"/api/v1/{path}")

    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    body = response.json()
    assert (set(body), body["type"], body["status"]) == (MEMBERS, f"urn:touchstone:problem:{kind}", status)
    assert body["request_id"] == response["X-Request-ID"] != ""
    assert (status != 405) or "GET" in response["Allow"] or "POST" in response["Allow"]


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "multipart/form-data; boundary=x", ""])
def test_another_format_of_body_is_415(world: World, caller: Caller, content_type: str) -> None:
    response = caller.post("crosswalk/resolve", "{}", content_type=content_type)

    assert (response.status_code, response.json()["type"]) == (415, "urn:touchstone:problem:unsupported-media-type")


@pytest.mark.parametrize(
    ("accept", "status"),
    [("application/xml", 406), ("text/html", 406), ("*/*", 404), ("application/json;q=0.9, */*", 404), ("", 404)],
)
def test_another_format_of_answer_is_406(world: World, caller: Caller, accept: str, status: int) -> None:
    assert caller.get("crosswalk/SAP/1", accept=accept).status_code == status


@override_settings(API_MAX_BODY_BYTES=100)
def test_a_body_over_the_limit_is_413(world: World, caller: Caller) -> None:
    response = caller.post("crosswalk/resolve", {"items": [{"system": "SAP", "id": "x" * 100}]})

    assert (response.status_code, response.json()["type"]) == (413, "urn:touchstone:problem:body-too-large")


@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=100)
def test_a_body_over_the_frameworks_limit_is_413_too(world: World, caller: Caller) -> None:
    assert caller.post("crosswalk/resolve", {"items": [{"system": "SAP", "id": "x" * 100}]}).status_code == 413


def test_options_tells_the_methods_and_nothing_else(world: World, caller: Caller) -> None:
    response = caller.client.options("/api/v1/crosswalk/SAP/1")

    assert (response.status_code, response.content, response["Allow"]) == (204, b"", "GET, HEAD, OPTIONS")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Invalid("Wrong.", field="name", value="x", remedy="Mend it."), 422, "invalid"),
        (NotAllowed("No."), 403, "forbidden"),
        (NotFound("Gone."), 404, "not-found"),
        (Conflict("Moved."), 409, "conflict"),
        (TooLarge("Much."), 413, "too-large"),
        (exceptions.Throttled(3), 429, "too-many-requests"),
        (exceptions.ValidationError("Bad."), 422, "invalid"),
        (exceptions.PermissionDenied(), 403, "forbidden"),
        (exceptions.APIException("secret"), 500, "internal-error"),
        (KeyError("secret"), 500, "internal-error"),
    ],
)
def test_every_exception_has_its_document(db: None, error: Exception, status: int, code: str) -> None:
    response = _raised(error)

    assert response.status_code == status
    assert f'"urn:touchstone:problem:{code}"' in response.content.decode()
    assert "secret" not in response.content.decode() and "Traceback" not in response.content.decode()


def test_a_domain_refusal_names_field_value_and_remedy(db: None) -> None:
    response = _raised(Invalid("Wrong.", field="name", value="x" * 300, remedy="Mend it."))

    body = _json(response)
    assert body["detail"] == "Wrong. Mend it."
    assert body["errors"] == [{"field": "name", "value": "x" * 200, "detail": "Wrong.", "remedy": "Mend it."}]


def test_a_failure_answers_500_with_the_request_id_and_is_logged(
    world: World, caller: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError("the password is swordfish")

    monkeypatch.setattr("mdm.api.crosswalk.resolve_for_key", fail)

    response = caller.get("crosswalk/SAP/1", x_request_id="trace-7")

    assert (response.status_code, response.json()["request_id"]) == (500, "trace-7")
    assert "swordfish" not in response.content.decode()
    assert any(record.exc_info and "swordfish" in str(record.exc_info[1]) for record in caplog.records)


def test_the_sites_own_500_is_a_problem_document_too(rf: RequestFactory) -> None:
    response = server_failure(rf.get("/api/v1/crosswalk/SAP/1"))

    assert (response.status_code, response["Content-Type"]) == (500, "application/problem+json")


def _raised(error: Exception) -> HttpResponse:
    class Failing(Endpoint):
        authentication_classes = ()

        def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
            raise error

    response = Failing.as_view()(RequestFactory().get("/api/v1/failing"))
    assert isinstance(response, HttpResponse)
    assert exception_response(error, {}).status_code == response.status_code
    return response


def _json(response: HttpResponse) -> dict[str, Any]:
    import json

    content: dict[str, Any] = json.loads(response.content)
    return content
