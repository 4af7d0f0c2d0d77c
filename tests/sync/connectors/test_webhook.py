"""Webhooks: CloudEvents that validate, signatures that others accept, and what an endpoint's answer means."""

from __future__ import annotations

import base64
import datetime as dt
import json
import time
import uuid
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import standardwebhooks
from hypothesis import given
from hypothesis import strategies as st

from sync.connectors import registry
from sync.connectors.errors import BadSettings, ConnectorError
from sync.connectors.interface import Connector, MergedRecord, Op, Outcome, PushItem, ThrottleScope
from sync.connectors.settings import ConnectionSettings, Secrets, Timeouts
from sync.connectors.webhook.event import LARGEST, event
from sync.connectors.webhook.signature import RETRY_SCHEDULE, BadSignature, new_secret, sign, verify
from tests.tools.web_server import Reply, WebServer, serving

SECRET, OLD_SECRET = new_secret(), new_secret()
# The design's shared folder, read when present.
SCHEMA = Path(__file__).resolve().parents[4] / "shared" / "specs" / "cloudevents" / "cloudevents.schema.json"
UUID7 = uuid.UUID(int=(1_795_410_000_123 << 80) | (7 << 76) | (2 << 62) | 99)


def item(push_id: uuid.UUID = UUID7, **more: Any) -> PushItem:
    given: dict[str, Any] = {"op": Op.UPSERT, "payload": {"name": "Ørsted A/S", "limit": Decimal("1.50")}} | more
    return PushItem(push_id, "BP-000001", 3, "party", "party", **given)


def connect(url: str, **options: str) -> Connector:
    secrets = Secrets({"secret": SECRET, "previous_secret": options.pop("previous_secret", "")})
    quick = Timeouts(connect=1, read=0.5, total=1)
    return registry.build("webhook", ConnectionSettings("webhook", url, options, secrets, True, quick))


@pytest.fixture
def endpoint() -> Iterator[WebServer]:
    with serving(lambda asked: Reply(200, b"thanks")) as running:
        yield running


def test_an_event_says_what_happened_to_which_record(endpoint: WebServer) -> None:
    (result,) = connect(endpoint.url + "/hook", source="/touchstone/acme").push([item()])

    (asked,) = endpoint.asked
    assert (result.outcome, asked.method, asked.path) == (Outcome.APPLIED, "POST", "/hook")
    assert asked.headers["Content-Type"].startswith("application/cloudevents+json")
    assert json.loads(asked.body) == {
        "specversion": "1.0",
        "id": str(UUID7),
        "source": "/touchstone/acme",
        "type": "touchstone.party.published.v1",
        "subject": "BP-000001",
        "time": "2026-11-23T05:00:00.123Z",
        "datacontenttype": "application/json",
        "partitionkey": "BP-000001",
        "goldenversion": 3,
        "data": {
            "code": "BP-000001",
            "version": 3,
            "operation": "UPSERT",
            "object": "party",
            "attributes": {"name": "Ørsted A/S", "limit": "1.50"},
        },
    }


@pytest.mark.skipif(not SCHEMA.exists(), reason="the CloudEvents schema is not here")
@pytest.mark.parametrize("op", list(Op))
@pytest.mark.parametrize("payload", [{"name": "A"}, {}, {"name": "x" * LARGEST}])
def test_every_event_keeps_to_the_schema_of_cloudevents(op: Op, payload: dict[str, Any]) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    made = event(item(op=op, payload=payload, merged=(MergedRecord("BP-000002", "7"),)), source="/touchstone")

    faults = list(jsonschema.Draft7Validator(schema).iter_errors(json.loads(made)))

    assert faults == []


def test_an_event_too_large_to_be_forwarded_becomes_a_link() -> None:
    made = event(item(payload={"name": "x" * LARGEST}), source="/t", hub_url="https://hub.example/")

    told = json.loads(made)
    assert len(made) < 1_000
    assert told["dataref"] == "https://hub.example/api/v1/golden-records/BP-000001"
    assert "attributes" not in told["data"] and told["data"]["version"] == 3


def test_a_merge_names_the_records_that_went_in(endpoint: WebServer) -> None:
    connect(endpoint.url).push([item(op=Op.MERGE, payload={}, merged=(MergedRecord("BP-000002", None),))])

    told = json.loads(endpoint.asked[0].body)
    assert (told["type"], told["data"]["merged"]) == ("touchstone.party.merged.v1", ["BP-000002"])


def test_every_try_has_the_same_id_and_body_and_a_time_of_its_own(
    endpoint: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    connector = connect(endpoint.url)
    connector.push([item()])
    later = time.time() + 3_600
    monkeypatch.setattr("sync.connectors.webhook.connector.time.time", lambda: later)
    connector.push([item()])

    first, second = endpoint.asked
    assert first.body == second.body
    assert first.headers["Webhook-Id"] == second.headers["Webhook-Id"] == str(UUID7)
    assert int(second.headers["Webhook-Timestamp"]) - int(first.headers["Webhook-Timestamp"]) >= 3_599
    assert first.headers["Webhook-Signature"] != second.headers["Webhook-Signature"]


def test_the_usual_library_accepts_what_we_sign_with_the_new_and_the_old_secret(endpoint: WebServer) -> None:
    connect(endpoint.url, previous_secret=OLD_SECRET).push([item()])

    (asked,) = endpoint.asked
    assert len(asked.headers["Webhook-Signature"].split(" ")) == 2
    for secret in (SECRET, OLD_SECRET):
        assert standardwebhooks.Webhook(secret).verify(asked.body, dict(asked.headers))["subject"] == "BP-000001"
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(new_secret()).verify(asked.body, dict(asked.headers))


@given(st.text(st.characters(codec="utf-8")), st.integers(0, 4_000_000_000), st.binary(min_size=24, max_size=64))
def test_we_and_the_usual_library_sign_alike(body: str, timestamp: int, key: bytes) -> None:
    secret = "whsec_" + base64.b64encode(key).decode()
    moment = dt.datetime.fromtimestamp(timestamp, dt.UTC)

    theirs = standardwebhooks.Webhook(secret).sign("msg_1", moment, body)

    assert sign([secret], "msg_1", timestamp, body.encode()) == theirs
    headers = {"webhook-id": "msg_1", "webhook-timestamp": str(timestamp), "webhook-signature": theirs}
    assert verify([secret], headers, body.encode(), now=timestamp) == "msg_1"


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": "msg_2"},
        {"webhook-timestamp": "1000301"},
        {"webhook-timestamp": "999399"},
        {"webhook-timestamp": "-5"},
        {"webhook-timestamp": "²"},
        {"webhook-timestamp": "9" * 400},
        {"webhook-signature": "v1"},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1a,xyz"},
        {"webhook-signature": "v1,ü"},
        {"webhook-signature": ""},
        {"webhook-id": ""},
    ],
)
def test_a_message_that_was_tampered_with_is_not_believed(change: dict[str, str]) -> None:
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": "1000000",
        "webhook-signature": sign([SECRET], "msg_1", 1_000_000, b"{}"),
    }
    assert verify([OLD_SECRET, SECRET], headers, b"{}", now=1_000_000) == "msg_1"

    with pytest.raises(BadSignature):
        verify([SECRET], headers | change, b"{}", now=1_000_000)


def test_another_body_is_not_believed() -> None:
    headers = {
        "Webhook-Id": "msg_1",
        "Webhook-Timestamp": "1000000",
        "Webhook-Signature": sign([SECRET], "msg_1", 1_000_000, b"{}"),
    }

    with pytest.raises(BadSignature):
        verify([SECRET], headers, b"{ }", now=1_000_000)


@pytest.mark.parametrize(
    ("status", "headers", "outcome", "wait"),
    [
        (200, {}, Outcome.APPLIED, None),
        (202, {}, Outcome.APPLIED, None),
        (204, {}, Outcome.APPLIED, None),
        (301, {"Location": "https://elsewhere.example"}, Outcome.CONFIG, None),
        (400, {}, Outcome.REJECTED, None),
        (401, {}, Outcome.CONFIG, None),
        (404, {}, Outcome.CONFIG, None),
        (410, {}, Outcome.CONFIG, None),
        (429, {"Retry-After": "17"}, Outcome.THROTTLED, 17.0),
        (500, {}, Outcome.UNKNOWN, None),
        (502, {}, Outcome.THROTTLED, None),
        (503, {"Retry-After": "60"}, Outcome.THROTTLED, 60.0),
        (504, {}, Outcome.THROTTLED, None),
    ],
)
def test_an_answer_means_what_standard_webhooks_says(
    status: int, headers: dict[str, str], outcome: Outcome, wait: float | None
) -> None:
    with serving(lambda asked: Reply(status, b"", headers)) as endpoint:
        (result,) = connect(endpoint.url).push([item()])

    assert (result.outcome, result.retry_after) == (outcome, wait)
    assert result.throttle_scope == (ThrottleScope.CONNECTION if outcome is Outcome.THROTTLED else None)
    assert (result.code == "gone") is (status == 410)


def test_a_receiver_that_takes_each_event_as_new_is_not_sent_one_twice(endpoint: WebServer) -> None:
    drops, takes_all = connect(endpoint.url), connect(endpoint.url, **{"class": "N"})

    assert drops.resolve(item()).outcome is Outcome.RETRY
    assert takes_all.resolve(item()).outcome is Outcome.UNKNOWN


def test_the_schedule_is_the_one_of_the_specification() -> None:
    assert len(RETRY_SCHEDULE) == 10
    assert dt.timedelta(seconds=sum(RETRY_SCHEDULE)) == dt.timedelta(hours=75, minutes=35, seconds=5)
    assert registry.kind_of("webhook").retry_schedule == RETRY_SCHEDULE


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_c2hvcnQ=", "whsec_***", "plain text"])
def test_a_secret_that_is_none_is_refused_without_being_shown(secret: str) -> None:
    settings = ConnectionSettings("webhook", "https://example.org", secrets=Secrets({"secret": secret}))

    with pytest.raises(BadSettings) as refused:
        registry.build("webhook", settings)

    assert refused.value.field == "secret"
    assert not secret or secret.removeprefix("whsec_") in ("", "***") or secret not in str(refused.value)


def test_a_webhook_cannot_be_read_and_says_so(endpoint: WebServer) -> None:
    connector = connect(endpoint.url)

    assert not connector.capabilities["party"].readable
    for question in (lambda: connector.find("party", {}), lambda: connector.scan("party", None)):
        with pytest.raises(ConnectorError):
            question()


def test_the_address_is_looked_at_without_sending_an_event() -> None:
    with serving(lambda asked: Reply(410, b"")) as gone:
        report = connect(gone.url).check()
        nobody = connect("http://127.0.0.1:1").check()

        assert [asked.method for asked in gone.asked] == ["HEAD"]
    assert [check.ok for check in report.checks] == [True, False]
    assert not nobody.ok
