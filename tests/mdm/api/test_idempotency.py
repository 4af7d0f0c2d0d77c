"""A POST that is repeated has one effect and one answer, whatever happens in between."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from rest_framework.request import Request

from mdm.api.endpoint import Endpoint, read_object
from mdm.api.idempotency import idempotent
from mdm.api.models import IdempotencyKey
from mdm.api.operations.claim_key import claim_key
from mdm.api.operations.keep_answer import keep_answer
from mdm.api.problems import RequestRefused, json_response
from mdm.governance.models import System
from tests.mdm.api.caller import Caller

pytestmark = pytest.mark.django_db(transaction=True)

Act = Callable[[dict[str, Any]], HttpResponse]


class Register(Endpoint):
    """Registers a system, so that an effect is a row; `act` says how it ends."""

    act: Act = staticmethod(lambda body: json_response({"made": body["code"]}, status=201))

    @idempotent
    def post(self, request: Request) -> HttpResponse:
        body = read_object(request)
        System.objects.create(code=body["code"], label="Made")
        return self.act(body)


@pytest.fixture
def secret() -> str:
    return Caller("view:*").secret


def send(secret: str, code: str, key: str | None = '"k1"', *, act: Act | None = None, path: str = "/p") -> HttpResponse:
    headers = {"authorization": f"Bearer {secret}"} | ({"idempotency-key": key} if key is not None else {})
    request = RequestFactory().post(path, json.dumps({"code": code}), "application/json", headers=headers)
    response = Register.as_view(**({} if act is None else {"act": act}))(request)
    assert isinstance(response, HttpResponse)
    return response


def made() -> list[str]:
    return sorted(System.objects.exclude(is_hub=True).values_list("code", flat=True))


def test_a_repeated_request_gets_the_first_answer_and_has_no_second_effect(secret: str) -> None:
    first, again = send(secret, "A"), send(secret, "A")

    assert (first.status_code, "Idempotency-Replayed" in first) == (201, False)
    assert (again.status_code, again.content, again["Content-Type"]) == (201, first.content, first["Content-Type"])
    assert (again["Idempotency-Replayed"], made()) == ("true", ["A"])


def test_a_quoted_key_and_a_bare_one_are_the_same(secret: str) -> None:
    send(secret, "A", '"k1"')

    assert send(secret, "A", "k1")["Idempotency-Replayed"] == "true"


def test_another_body_under_the_same_key_is_422(secret: str) -> None:
    send(secret, "A")

    response = send(secret, "B")

    assert (response.status_code, made()) == (422, ["A"])
    assert json.loads(response.content)["type"] == "urn:touchstone:problem:idempotency-key-reused"


def test_another_address_under_the_same_key_is_422(secret: str) -> None:
    send(secret, "A")

    assert send(secret, "A", path="/other").status_code == 422


def test_the_key_of_one_actor_is_free_for_another(secret: str) -> None:
    send(secret, "A")

    response = send(Caller("view:*", name="Other").secret, "B")

    assert (response.status_code, made()) == (201, ["A", "B"])


def test_without_a_key_every_request_runs(secret: str) -> None:
    responses = [send(secret, "A", None), send(secret, "B", None)]

    assert ([response.status_code for response in responses], IdempotencyKey.objects.count()) == ([201, 201], 0)


@pytest.mark.parametrize("key", ["", '""', "a b", "ä", "x" * 256, '"un"quoted"', '"half', "a,b", "a\x7f"])
def test_a_key_of_the_wrong_form_is_400_and_has_no_effect(secret: str, key: str) -> None:
    response = send(secret, "A", key)

    assert (response.status_code, made()) == (400, [])
    assert json.loads(response.content)["errors"][0]["parameter"] == "Idempotency-Key"


def test_a_refused_request_leaves_the_key_free(secret: str) -> None:
    def refuse(body: dict[str, Any]) -> HttpResponse:
        raise RequestRefused("Not so.")

    refused = send(secret, "A", act=refuse)
    corrected = send(secret, "B")

    assert (refused.status_code, corrected.status_code, made()) == (422, 201, ["B"])


def test_an_answer_that_is_a_refusal_is_rolled_back_and_not_kept(secret: str) -> None:
    refused = send(secret, "A", act=lambda body: json_response({}, status=409))

    assert (refused.status_code, made(), IdempotencyKey.objects.count()) == (409, [], 0)


def test_a_failure_leaves_neither_effect_nor_key(secret: str) -> None:
    def fail(body: dict[str, Any]) -> HttpResponse:
        raise RuntimeError("boom")

    failed = send(secret, "A", act=fail)

    assert (failed.status_code, made(), IdempotencyKey.objects.count()) == (500, [], 0)


def test_while_the_first_runs_the_second_is_409_with_retry_after(secret: str) -> None:
    seen: list[HttpResponse] = []

    def meanwhile(body: dict[str, Any]) -> HttpResponse:
        with ThreadPoolExecutor(1) as pool:
            seen.append(pool.submit(_apart, lambda: send(secret, "A")).result())
        return json_response({})

    first = send(secret, "A", act=meanwhile)

    assert (first.status_code, seen[0].status_code, made()) == (200, 409, ["A"])
    assert 1 <= int(seen[0]["Retry-After"]) <= 120


def test_many_at_the_same_moment_have_one_effect(secret: str) -> None:
    barrier = threading.Barrier(6)

    def together() -> HttpResponse:
        barrier.wait(30)
        return send(secret, "A")

    with ThreadPoolExecutor(6) as pool:
        responses = [one.result() for one in [pool.submit(_apart, together) for _ in range(6)]]

    statuses = [response.status_code for response in responses]
    assert set(statuses) <= {201, 409} and 201 in statuses
    assert (made(), IdempotencyKey.objects.count()) == (["A"], 1)


@override_settings(API_IDEMPOTENCY_LEASE_SECONDS=0)
def test_a_crashed_runs_key_is_taken_over_after_its_lease(secret: str) -> None:
    actor = Caller("view:*", name="Crashed").key.actor
    lost = claim_key(actor=actor, key="k", request_hash=b"x" * 32)

    taken = claim_key(actor=actor, key="k", request_hash=b"x" * 32)

    assert (taken.id, taken.answer) == (lost.id, None)
    assert taken.attempt != lost.attempt


@override_settings(API_IDEMPOTENCY_LEASE_SECONDS=0)
def test_a_run_that_lost_its_key_has_no_effect(secret: str) -> None:
    def overtaken(body: dict[str, Any]) -> HttpResponse:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(_apart, lambda: _take_over(secret)).result()
        return json_response({})

    response = send(secret, "A", act=overtaken)

    assert (response.status_code, made()) == (409, [])
    assert IdempotencyKey.objects.get().status == "RUNNING"


def test_an_answer_is_kept_only_by_the_run_that_holds_the_key(secret: str) -> None:
    actor = Caller("view:*", name="Twice").key.actor
    claim = claim_key(actor=actor, key="k", request_hash=b"x" * 32)
    with transaction.atomic():
        keep_answer(claim=claim, status=200, content_type="application/json", body=b"{}")

    with pytest.raises(RequestRefused), transaction.atomic():
        keep_answer(claim=claim, status=200, content_type="application/json", body=b"[]")

    assert bytes(IdempotencyKey.objects.get().response_body or b"") == b"{}"


def test_a_key_past_its_retention_is_forgotten(secret: str) -> None:
    send(secret, "A")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE api_idempotencykey SET created_at = clock_timestamp() - interval '8 days'")

    response = send(secret, "B")

    assert (response.status_code, made(), IdempotencyKey.objects.count()) == (201, ["A", "B"], 1)


def test_the_database_refuses_an_answer_without_its_status(secret: str) -> None:
    send(secret, "A")

    with pytest.raises(IntegrityError, match="idempotency_done_has_answer"):
        IdempotencyKey.objects.update(response_status=None)


def _take_over(secret: str) -> None:
    key = IdempotencyKey.objects.get()
    claim_key(actor=key.actor, key=key.key, request_hash=bytes(key.request_hash))


def _apart(act: Callable[[], Any]) -> Any:
    """Run in a thread with connections of its own, and close them."""
    try:
        return act()
    finally:
        connections.close_all()
