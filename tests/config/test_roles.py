"""Every query of a test runs as the application, and what a test commits is gone after it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection

from mdm.accounts.models import Actor


def _role() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (name,) = cursor.fetchone()
    return str(name)


@pytest.mark.django_db
def test_a_test_runs_as_the_application() -> None:
    assert _role() == "touchstone_app"


@pytest.mark.django_db(transaction=True)
def test_a_thread_of_a_test_runs_as_the_application() -> None:
    seen: list[str] = []

    def look() -> None:
        seen.append(_role())
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()

    assert seen == ["touchstone_app"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_what_a_test_commits_is_gone_and_what_migrations_made_is_back(turn: int) -> None:
    assert list(Actor.objects.values_list("name", flat=True)) == ["Touchstone"]

    Actor.objects.create(kind="service", name=f"turn {turn}")

    assert Actor.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_application_may_not_empty_history(as_owner: Callable[[], Any]) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM events_auditevent")

    with as_owner() as cursor:
        cursor.execute("SELECT current_setting('is_superuser')")
        assert cursor.fetchone() == ("on",)
