"""Probes say which part fails, and the doctor says how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from config import diagnosis, heartbeat
from config.diagnosis import Finding


@pytest.fixture
def broker(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A heartbeat of the test's own: all test processes share one Redis, and in it every heartbeat but this."""
    monkeypatch.setattr(heartbeat, "KEY", f"{heartbeat.KEY}:{uuid4()}")
    yield
    heartbeat.client().delete(heartbeat.KEY)


def _finding(subject: str) -> Finding:
    return next(finding for finding in diagnosis.examine() if finding.subject == subject)


def test_alive_asks_nobody(client: Client) -> None:
    answer = client.get("/healthz", HTTP_HOST="10.0.0.7")

    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


def test_not_ready_until_a_worker_answered_the_scheduler(client: Client, broker: None) -> None:
    before = client.get("/readyz")
    heartbeat.beat()
    after = client.get("/readyz")

    assert (before.status_code, before.json()["failing"]) == (503, ["worker"])
    assert (after.status_code, after.json()["status"]) == (200, "ready")


def test_the_heartbeat_ends_by_itself(broker: None) -> None:
    heartbeat.beat()

    assert 0 < heartbeat.client().ttl(heartbeat.KEY) <= heartbeat.EXPIRES_SECONDS


def test_without_redis_ready_names_it(client: Client, db: None, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["failing"]) == (503, ["redis", "worker"])


@pytest.mark.django_db
def test_a_sound_installation_has_rights_migrations_and_letters_in_order() -> None:
    wrong = {finding.subject: finding for finding in diagnosis.examine() if not finding.well}

    assert not {"Database", "PostgreSQL", "Migrations", "Rights", "Redis", "Jobs", "Audit"} & set(wrong)


@pytest.mark.django_db(transaction=True)
def test_a_right_to_change_history_is_found(as_owner: Callable[[], Any]) -> None:
    with as_owner() as cursor:
        cursor.execute("GRANT DELETE ON events_auditevent TO touchstone_app")
    try:
        found = _finding("Rights")
    finally:
        with as_owner() as cursor:
            cursor.execute("REVOKE DELETE ON events_auditevent FROM touchstone_app")

    assert not found.well
    assert "events_auditevent" in found.words
    assert "touchstone_app" in found.remedy


@pytest.mark.django_db
def test_a_missing_worker_is_found_with_its_remedy(broker: None) -> None:
    found = _finding("Worker and scheduler")

    assert (found.well, found.words) == (False, "no worker answers")
    assert "make run" in found.remedy


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "value", "subject"),
    [
        ("SECRET_KEY", "changeme", "Secret key"),
        ("ALLOWED_HOSTS", ["*"], "Host names"),
        ("REDIS_URL", "redis://127.0.0.1:1/0", "Redis"),
    ],
)
def test_a_weak_setting_is_found(settings: Settings, name: str, value: object, subject: str) -> None:
    setattr(settings, name, value)

    assert not _finding(subject).well


@pytest.mark.django_db
def test_the_doctor_tells_fault_and_remedy_and_fails(broker: None) -> None:
    told = StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("doctor", stdout=told, no_color=True)

    assert ended.value.code == 1
    assert "WRONG  Worker and scheduler  no worker answers" in told.getvalue()
    assert "-> Run `make run`" in told.getvalue()
