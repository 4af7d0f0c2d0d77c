"""Real servers, real roles: every test talks to PostgreSQL as the application, never as the owner."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import psycopg
import pytest
from django.db import connections
from django.test import TransactionTestCase
from hypothesis import HealthCheck, settings

from config import embedded
from tests import seeds

# A slow machine is no fault, and a failure is one that the next run meets again.
settings.register_profile("suite", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

LOGINS = {alias: (login["USER"], login["PASSWORD"]) for alias, login in connections.settings.items()}


def pytest_sessionfinish(session: pytest.Session) -> None:
    if not hasattr(session.config, "workerinput"):
        embedded.stop_if_unused()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """The owner makes the test database, as it does in every installation."""
    embedded.ensure()
    # The tests' database need not outlive a power cut; every other promise stays.
    connections.settings["default"]["OPTIONS"] |= {"options": "-c synchronous_commit=off"}
    _log_in_as("owner")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """From here on every connection of every thread is the application's."""
    with django_db_blocker.unblock():
        with seeds.owner() as cursor:
            seeds.keep(cursor)
        connections["default"].close()
        _log_in_as("default")
    yield
    with django_db_blocker.unblock():
        connections["default"].close()
        _log_in_as("owner")


@pytest.fixture(autouse=True, scope="session")
def _flush_as_owner() -> Iterator[None]:
    """After a test that commits, the owner empties the tables: the application has no right to empty history."""
    patched = pytest.MonkeyPatch()
    patched.setattr(TransactionTestCase, "_fixture_teardown", lambda case: seeds.restore())
    yield
    patched.undo()


@pytest.fixture
def as_owner() -> Callable[[], AbstractContextManager[psycopg.Cursor[Any]]]:
    """A cursor with the rights of a database superuser, in a transaction of its own, committed at the end."""
    return seeds.owner


def _log_in_as(alias: str) -> None:
    """Change the role of the default connection, in every thread: the settings are one shared dictionary."""
    default, other = connections.settings["default"], LOGINS[alias]
    default["USER"], default["PASSWORD"] = other
