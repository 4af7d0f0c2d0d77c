"""The how-to about webhooks: the receiver on the page believes what the connector sends, and nothing else."""

from __future__ import annotations

import re
import textwrap
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from sync.connectors import registry
from sync.connectors.interface import Op, Outcome, PushItem
from sync.connectors.settings import ConnectionSettings, Secrets
from sync.connectors.webhook.signature import new_secret
from tests.tools.web_server import Reply, serving

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "howto" / "receive-webhooks.md").read_text(encoding="utf-8")
SECRET = new_secret()
Check = Callable[[str, Mapping[str, str], bytes], str]


def receiver_of_the_page() -> Check:
    found = re.search(r"^ *```python\n(.*?)^ *```", PAGE, re.DOTALL | re.MULTILINE)
    assert found is not None
    names: dict[str, Any] = {}
    exec(textwrap.dedent(found[1]), names)  # noqa: S102 - the page's own code is what is tested
    check: Check = names["check"]
    return check


def test_the_receiver_on_the_page_believes_what_is_sent() -> None:
    item = PushItem(uuid.uuid4(), "BP-000001", 1, "party", "party", Op.UPSERT, {"name": "Ørsted A/S"})
    with serving(lambda asked: Reply(204, b"")) as endpoint:
        settings = ConnectionSettings("webhook", endpoint.url, secrets=Secrets({"secret": SECRET}), allow_private=True)
        (result,) = registry.build("webhook", settings).push([item])
        (asked,) = endpoint.asked
    headers = {name.lower(): value for name, value in asked.headers.items()}
    check = receiver_of_the_page()

    assert result.outcome is Outcome.APPLIED
    assert check(SECRET, headers, asked.body) == str(item.push_id)
    with pytest.raises(ValueError, match="wrong"):
        check(SECRET, headers, asked.body + b" ")
    with pytest.raises(ValueError, match="wrong"):
        check(new_secret(), headers, asked.body)
    with pytest.raises(ValueError, match="too old"):
        check(SECRET, headers | {"webhook-timestamp": "1700000000"}, asked.body)


def test_the_page_has_at_most_five_steps() -> None:
    assert 1 < len(re.findall(r"^\d+\. ", PAGE, flags=re.MULTILINE)) <= 5
