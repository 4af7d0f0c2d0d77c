"""The small registered world of the records' tests, and a caller who may view all of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mdm.accounts.queries import forget_permissions
from tests.mdm.api.caller import Caller
from tests.mdm.records.shared import rolled_back_world
from tests.mdm.records.world import World


@pytest.fixture(scope="module")
def registered(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with rolled_back_world(django_db_blocker) as world:
        yield world


@pytest.fixture
def world(registered: World, db: None) -> World:
    forget_permissions(registered.engineer)
    return registered


@pytest.fixture
def caller(world: World) -> Caller:
    return Caller("view:*", name="Full")
