"""Real servers, real roles: every test talks to PostgreSQL as the application, never as the owner."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from typing import Any

import psycopg
import pytest
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.db import connections
from django.test import TransactionTestCase
from hypothesis import HealthCheck, settings

from config import embedded
from tests import databases, seeds

# Thousands of tests and their fixtures live to the end: to look through them again and again is a tenth of the time.
gc.set_threshold(50_000, 20, 100)

# A slow machine is no fault, and in the suite a failure is one that the next run meets again.
settings.register_profile(
    "suite", deadline=None, derandomize=True, max_examples=20, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("prove", settings.get_profile("suite"), derandomize=False, max_examples=1_000)
settings.load_profile("prove" if os.environ.get("TOUCHSTONE_PROVE") == "1" else "suite")


def pytest_sessionfinish(session: pytest.Session) -> None:
    # To look through all that the process holds, five times over while it ends, frees nothing that its end does not.
    gc.freeze()
    if not hasattr(session.config, "workerinput"):
        embedded.stop_if_unused()


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any, request: pytest.FixtureRequest) -> Iterator[None]:
    """A database of this process's own; every connection of every thread is the application's."""
    embedded.ensure()
    # The tests' database need not outlive a power cut, and a prepared statement need not be planned for its parameters:
    # tables of a few rows are read alike. Every promise stays.
    given = "-c synchronous_commit=off -c plan_cache_mode=force_generic_plan"
    connections.settings["default"]["OPTIONS"] |= {"options": given}
    worker = getattr(request.config, "workerinput", {}).get("workerid", "")
    with ExitStack() as copy:
        with django_db_blocker.unblock():
            copy.enter_context(databases.copied(worker))
        yield
        with django_db_blocker.unblock():
            copy.close()


@pytest.fixture(autouse=True, scope="session")
def _flush_as_owner() -> Iterator[None]:
    """After a test that commits, the owner empties the tables: the application has no right to empty history."""
    patched = pytest.MonkeyPatch()
    patched.setattr(TransactionTestCase, "_fixture_teardown", lambda case: seeds.restore())
    patched.setattr(TransactionTestCase, "_should_reload_connections", lambda case: False)
    yield
    patched.undo()


@pytest.fixture(autouse=True, scope="session")
def _quick_passwords() -> Iterator[None]:
    """Passwords are hashed as in production, a thousand times less often."""
    patched = pytest.MonkeyPatch()
    patched.setattr(ScryptPasswordHasher, "work_factor", ScryptPasswordHasher.work_factor // 1024)
    yield
    patched.undo()


@pytest.fixture
def as_owner() -> Callable[[], AbstractContextManager[psycopg.Cursor[Any]]]:
    """A cursor with the rights of a database superuser, in a transaction of its own, committed at the end."""
    return seeds.owner
