"""Where a connection may go, and the tricks to make it go elsewhere."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from sync.connectors.addresses import ForbiddenAddress, allowed, resolve
from sync.connectors.http import CallFailed, HttpClient
from sync.connectors.interface import Outcome
from sync.connectors.settings import ConnectionSettings
from tests.tools.web_server import Reply, serving

PRIVATE = ["127.0.0.1", "10.1.2.3", "192.168.1.1", "172.16.0.1", "100.64.0.1", "::1", "fd00::1", "::ffff:10.0.0.1"]
NEVER = [
    *("169.254.169.254", "0.0.0.0", "224.0.0.1", "255.255.255.255", "100.100.100.200", "168.63.129.16"),  # noqa: S104
    *("fe80::1", "fe80::1%eth0", "::", "ff02::1", "fd00:ec2::254", "::ffff:169.254.169.254"),
    *("2002:a9fe:a9fe::1", "64:ff9b::a9fe:a9fe"),
]


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_reached_only_by_a_connection_that_may(address: str) -> None:
    assert not allowed(address, allow_private=False)
    assert allowed(address, allow_private=True)


@pytest.mark.parametrize("address", NEVER)
def test_some_addresses_are_reached_by_nobody(address: str) -> None:
    assert not allowed(address, allow_private=True)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1"])
def test_a_public_address_is_reached_by_all(address: str) -> None:
    assert allowed(address, allow_private=False)


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "localhost", "[::1]"])
def test_a_disguised_address_of_this_machine_is_refused(host: str) -> None:
    with serving(lambda asked: Reply()) as server, pytest.raises(CallFailed) as refused:
        HttpClient(ConnectionSettings("test", f"https://{host}:{server.server_port}")).send("GET")

    assert server.connections == 0
    assert (refused.value.classified.outcome, refused.value.classified.code) == (Outcome.CONFIG, "forbidden_address")


def test_a_name_with_one_forbidden_address_is_refused_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answers(["93.184.216.34", "10.0.0.1"]))

    with pytest.raises(ForbiddenAddress):
        resolve("rebind.example", 443, allow_private=False)


def test_the_address_that_was_checked_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that answers differently the second time gains nothing: it is asked once."""
    with serving(lambda asked: Reply(body=b'{"here": true}')) as server:
        look_up = answers(["127.0.0.1"], ["169.254.169.254"])
        monkeypatch.setattr(socket, "getaddrinfo", look_up)

        response = HttpClient(
            ConnectionSettings("test", f"http://rebind.example:{server.server_port}", allow_private=True)
        ).send("GET")

    assert response.json() == {"here": True}
    assert look_up.calls == 1


def answers(*rounds: list[str]) -> Any:
    left = list(rounds)

    def look_up(host: str, port: int, **_: object) -> list[Any]:
        look_up.calls += 1  # type: ignore[attr-defined]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in left.pop(0)]

    look_up.calls = 0  # type: ignore[attr-defined]
    return look_up
