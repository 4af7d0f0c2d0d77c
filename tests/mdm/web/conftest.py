"""A scene, and pages asked for by somebody of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from mdm.accounts.models import Actor
from tests.mdm.web.scene import Scene, build_scene

Pages = Callable[[Actor], Client]


@pytest.fixture(scope="module")
def standing_scene(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    """Built once per file in a transaction that is rolled back; each test runs in a savepoint of it."""
    with django_db_blocker.unblock():
        whole = transaction.atomic()
        whole._from_testcase = True  # type: ignore[attr-defined]  # as Django's own TestCase does
        with whole:
            yield build_scene()
            transaction.set_rollback(True)


@pytest.fixture
def scene(standing_scene: Scene, db: None) -> Scene:
    return standing_scene


@pytest.fixture
def pages() -> Pages:
    """A browser without JavaScript, in which `actor` is signed in."""

    def signed_in(actor: Actor) -> Client:
        client = Client(headers={"host": "localhost"})
        client.force_login(actor)
        return client

    return signed_in
