"""The small registered world of the records' tests, and callers with different rights in it."""

from __future__ import annotations

import pytest

from tests.mdm.api.caller import Caller
from tests.mdm.records.world import World, build_world


@pytest.fixture
def world(db: None) -> World:
    return build_world()


@pytest.fixture
def committed_world(transactional_db: None) -> World:
    return build_world()


@pytest.fixture
def caller(world: World) -> Caller:
    return Caller("view:*", name="Full")
