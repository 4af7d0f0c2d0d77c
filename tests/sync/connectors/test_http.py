"""The one HTTP client: what it sends, what it refuses to do, and what it says of a call that failed."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from sync.connectors import http
from sync.connectors.errors import BadSettings
from sync.connectors.http import CallFailed, HttpClient
from sync.connectors.interface import Outcome, ThrottleScope
from sync.connectors.settings import ConnectionSettings, Secrets, Timeouts
from tests.tools.fault_proxy import LOST_REPLY, RESET_BEFORE, Fault, FaultProxy, cut_down, cut_up, stall, trickle
from tests.tools.web_server import Asked, Reply, WebServer, serving

QUICK = Timeouts(connect=1, read=0.5, total=1.5)


def client(url: str, **settings: Any) -> HttpClient:
    given: dict[str, Any] = {"allow_private": True, "timeouts": QUICK} | settings
    return HttpClient(ConnectionSettings("test", url, **given))


def echo(asked: Asked) -> Reply:
    return Reply(body=json.dumps({"method": asked.method, "length": len(asked.body)}).encode())


@pytest.fixture
def server() -> Iterator[WebServer]:
    with serving(echo) as running:
        yield running


@pytest.fixture
def proxy(server: WebServer) -> Iterator[FaultProxy]:
    with FaultProxy(server.server_port) as running:
        yield running


def test_an_answer_comes_whole_with_what_was_asked(server: WebServer) -> None:
    response = client(server.url + "/api/").send("POST", "/parties", query={"dry": 1}, json={"name": "Ørsted"})

    (asked,) = server.asked
    assert (response.status, response.json()["method"]) == (200, "POST")
    assert (asked.path, json.loads(asked.body)) == ("/api/parties?dry=1", {"name": "Ørsted"})
    assert len(asked.headers["X-Request-Id"]) == 32
    assert response.classified().outcome is Outcome.APPLIED


def test_a_connection_is_kept_and_used_again(server: WebServer) -> None:
    caller = client(server.url)

    for _ in range(5):
        caller.send("GET")

    assert (len(server.asked), server.connections) == (5, 1)


def test_a_connection_that_idled_too_long_is_not_trusted(server: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.connectors.wire.IDLE_SECONDS", 0.0)
    caller = client(server.url)

    caller.send("GET")
    caller.send("GET")

    assert server.connections == 2


@pytest.mark.parametrize(
    ("fault", "outcome", "code"),
    [
        (RESET_BEFORE, Outcome.UNKNOWN, "connection_lost"),
        (LOST_REPLY, Outcome.UNKNOWN, "connection_lost"),
        (cut_up(40), Outcome.UNKNOWN, "connection_lost"),
        (cut_down(20), Outcome.UNKNOWN, "connection_lost"),
        (stall(), Outcome.UNKNOWN, "timeout"),
        (stall(up=0), Outcome.UNKNOWN, "timeout"),
        (stall(down=30), Outcome.UNKNOWN, "timeout"),
    ],
    ids=lambda value: value.name if isinstance(value, Fault) else None,
)
def test_a_write_that_may_have_left_is_unknown(proxy: FaultProxy, fault: Fault, outcome: Outcome, code: str) -> None:
    caller = client(f"http://127.0.0.1:{proxy.port}")
    caller.send("GET")
    proxy.arm(fault)

    with pytest.raises(CallFailed) as refused:
        caller.send("POST", json={"name": "Acme"})

    assert (refused.value.classified.outcome, refused.value.classified.code) == (outcome, code)
    assert "Acme" in refused.value.exchange.request
    assert caller.send("POST", json={}).status == 200


@pytest.mark.parametrize("fault", [RESET_BEFORE, LOST_REPLY, stall()], ids=lambda fault: fault.name)
def test_a_call_that_only_reads_can_always_be_repeated(proxy: FaultProxy, fault: Fault) -> None:
    caller = client(f"http://127.0.0.1:{proxy.port}")
    proxy.arm(fault, times=2)

    with pytest.raises(CallFailed) as refused:
        caller.send("GET")
    with pytest.raises(CallFailed) as searched:
        caller.send("POST", json={"search": 1}, writes=False)

    assert refused.value.classified.outcome is Outcome.RETRY
    assert searched.value.classified.outcome is Outcome.RETRY


def test_what_certainly_never_left_is_retried(proxy: FaultProxy) -> None:
    with proxy.refusing(), pytest.raises(CallFailed) as refused:
        client(f"http://127.0.0.1:{proxy.port}").send("POST", json={})
    with pytest.raises(CallFailed) as unknown:
        client("http://no-such-host.invalid").send("POST", json={})
    with pytest.raises(CallFailed) as plain:
        client(f"https://127.0.0.1:{proxy.port}").send("POST", json={})

    found = [(each.value.classified.outcome, each.value.classified.code) for each in (refused, unknown, plain)]
    assert found == [(Outcome.RETRY, "refused"), (Outcome.RETRY, "unknown_host"), (Outcome.RETRY, "tls")]


def test_an_answer_that_trickles_in_is_broken_off_when_the_call_has_lasted_too_long(proxy: FaultProxy) -> None:
    caller = client(f"http://127.0.0.1:{proxy.port}")
    started = time.monotonic()

    with proxy.always(trickle(chunk=1, pause=0.1)), pytest.raises(CallFailed) as refused:
        caller.send("POST", json={})

    assert refused.value.classified.code == "timeout"
    assert time.monotonic() - started < 3


def test_an_answer_without_end_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_ANSWER_BYTES", 1_000)
    with serving(lambda asked: Reply(body=b"x" * 1_001)) as server, pytest.raises(CallFailed) as refused:
        client(server.url).send("POST", json={})

    assert (refused.value.classified.outcome, refused.value.classified.code) == (Outcome.UNKNOWN, "answer_too_large")


def test_an_answer_shorter_than_it_says_is_none() -> None:
    short = Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}")
    with serving(lambda asked: short) as server, pytest.raises(CallFailed) as refused:
        client(server.url).send("POST", json={})

    assert (refused.value.classified.outcome, refused.value.classified.code) == (Outcome.UNKNOWN, "connection_lost")


def test_an_answer_that_came_packed_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = gzip.compress(b'{"id": "%s"}' % (b"4" * 500))
    with serving(lambda asked: Reply(body=packed, headers={"Content-Encoding": "gzip"})) as server:
        told = client(server.url).send("POST", json={}).json()
        monkeypatch.setattr(http, "MAX_ANSWER_BYTES", 400)
        with pytest.raises(CallFailed) as refused:
            client(server.url).send("POST", json={})

    assert told == {"id": "4" * 500}
    assert refused.value.classified.code == "answer_too_large"


@pytest.mark.parametrize(
    ("root", "path", "sent"),
    [
        ("", "a/../b", "/b"),
        ("", "Stück 1", "/St%C3%BCck%201"),
        ("/api", "x%2fy", "/api/x%2Fy"),
        ("/hook?key=1", "", "/hook?key=1&n=2"),
        ("", "", "/?n=2"),
    ],
)
def test_an_address_is_sent_in_its_one_form(server: WebServer, root: str, path: str, sent: str) -> None:
    client(server.url + root).send("GET", path, query={"n": 2} if not path else None)

    (asked,) = server.asked
    assert asked.path == sent


def test_a_redirect_is_not_followed() -> None:
    with serving(lambda asked: Reply(302, headers={"Location": "http://169.254.169.254/"})) as server:
        response = client(server.url).send("POST", json={})

        assert len(server.asked) == 1
    assert (response.status, response.classified().outcome) == (302, Outcome.CONFIG)


def test_a_failing_write_is_sent_once() -> None:
    with serving(lambda asked: Reply(500, b"broken")) as server:
        response = client(server.url).send("PUT", json={})

        assert len(server.asked) == 1
    assert response.classified().outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("body", [b"", b"<html>sign in</html>", b'{"id": 4'])
def test_a_success_that_cannot_be_read_is_no_success(body: bytes) -> None:
    with serving(lambda asked: Reply(body=body)) as server:
        response = client(server.url).send("POST", json={})

    with pytest.raises(CallFailed) as refused:
        response.json()

    assert refused.value.classified.outcome is Outcome.UNKNOWN


def test_a_target_that_asks_for_patience_says_for_how_long() -> None:
    with serving(lambda asked: Reply(429, headers={"Retry-After": "3600"})) as server:
        found = client(server.url).send("POST", json={}).classified()

    assert (found.outcome, found.retry_after, found.throttle_scope) == (
        Outcome.THROTTLED,
        3600.0,
        ThrottleScope.CONNECTION,
    )


def test_a_value_that_would_break_the_request_never_leaves(server: WebServer) -> None:
    with pytest.raises(CallFailed) as refused:
        client(server.url).send("POST", headers={"X-Name": "a\r\nX-Role: admin"}, json={})

    assert refused.value.classified.outcome is Outcome.REJECTED
    assert server.asked == []


@pytest.mark.parametrize(
    "address", ["", "ftp://host", "https://", "//host", "https://user:pw@host", "http://example.org", "https://h:x"]
)
def test_an_address_that_cannot_be_used_is_refused_at_once(address: str) -> None:
    with pytest.raises(BadSettings) as refused:
        HttpClient(ConnectionSettings("test", address))

    assert refused.value.field == "base_url" and refused.value.remedy


def test_no_secret_shows_in_what_is_kept_or_raised(proxy: FaultProxy) -> None:
    secret = "s3cr€t/with+signs"
    caller = client(f"http://127.0.0.1:{proxy.port}", secrets=Secrets({"token": secret}))
    headers = {"Authorization": "Bearer s3cr", "X-Api-Key": "k3y-zyx"}

    kept = caller.send("POST", query={"key": secret}, headers=headers, json={"note": secret, "password": "x", "n": 1})
    proxy.arm(LOST_REPLY)
    with pytest.raises(CallFailed) as refused:
        caller.send("POST", query={"key": secret}, headers=headers, json={"note": secret})

    told = f"{kept!r} {kept.exchange.request} {refused.value!r} {refused.value.exchange.request} {refused.value}"
    for form in (secret, "s3cr", "s3cr%E2%82%AC", '"x"', "k3y-zyx"):
        assert form not in told
    assert '"n":1' in kept.exchange.request


def test_a_secret_that_the_target_sends_back_is_not_kept() -> None:
    with serving(lambda asked: Reply(400, b'{"error": "token hunter22 is wrong", "access_token": "new"}')) as server:
        response = client(server.url, secrets=Secrets({"token": "hunter22"})).send("POST", json={})

    assert "hunter22" not in response.exchange.response
    assert '"new"' not in response.exchange.response
    assert "is wrong" in response.exchange.response
