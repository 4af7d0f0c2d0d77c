"""Nothing leaves except through the one HTTP client: no other file imports the means to send."""

from __future__ import annotations

import ast

import pytest

from tests.architecture import sources

MEANS = {
    *("urllib3", "httpx", "httptools", "requests", "aiohttp", "urllib.request", "http.client"),
    *("smtplib", "ftplib", "telnetlib"),
}
ONE_CLIENT = {"sync/connectors/http.py", "sync/connectors/messages.py", "sync/connectors/wire.py"}


def means_in(text: str) -> set[str]:
    nodes = list(ast.walk(ast.parse(text)))
    named = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    named |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return {each for each in MEANS for name in named if name == each or name.startswith(f"{each}.")}


def test_only_the_one_client_can_send() -> None:
    users = {source.path for source in sources.python("mdm", "sync") if means_in(source.text)}

    assert users == ONE_CLIENT


@pytest.mark.parametrize("text", ["import requests", "from urllib3.util import Retry", "def f():\n    import httpx"])
def test_a_second_client_would_be_found(text: str) -> None:
    assert means_in(text)
