"""Encrypted connections: a certificate is believed only from somebody trusted, and only for its own host."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.connectors.http import CallFailed, HttpClient
from sync.connectors.interface import Outcome
from sync.connectors.settings import ConnectionSettings, Secrets, Timeouts
from tests.tools.certificates import self_signed
from tests.tools.web_server import Reply, serving


def client(port: int, host: str = "localhost") -> HttpClient:
    url, quick = f"https://{host}:{port}", Timeouts(connect=2, read=2, total=3)
    return HttpClient(ConnectionSettings("test", url, {}, Secrets({"token": "hunter22"}), True, quick))


def test_a_certificate_of_somebody_trusted_is_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context, trusted = self_signed(tmp_path, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))

    with serving(lambda asked: Reply(), tls=context) as server:
        caller = client(server.server_port)
        statuses = [caller.send("POST", json={}).status for _ in range(2)]

        assert server.connections == 1
    assert statuses == [200, 200]


@pytest.mark.parametrize("trusts", [False, True], ids=["nobody's", "another host's"])
def test_any_other_certificate_ends_the_call_before_a_byte_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusts: bool
) -> None:
    context, trusted = self_signed(tmp_path, "other.example" if trusts else "localhost")
    if trusts:
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))

    with serving(lambda asked: Reply(), tls=context) as server, pytest.raises(CallFailed) as refused:
        client(server.server_port).send("POST", headers={"Authorization": "hunter22"}, json={})

    assert server.asked == []
    assert (refused.value.classified.outcome, refused.value.classified.code) == (Outcome.RETRY, "tls")
