"""A scene, and pages asked for by somebody of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from mdm.accounts.models import Actor
from tests.mdm.web.scene import Scene, build_scene

Pages = Callable[[Actor], Client]


@pytest.fixture
def scene(db: None) -> Scene:
    return build_scene()


@pytest.fixture
def pages() -> Pages:
    """A browser without JavaScript, in which `actor` is signed in."""

    def signed_in(actor: Actor) -> Client:
        client = Client(headers={"host": "localhost"})
        client.force_login(actor)
        return client

    return signed_in
