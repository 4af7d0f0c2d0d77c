"""The small registered world of the records' tests, and a caller who may view all of it."""

from __future__ import annotations

import pytest

from tests.mdm.api.caller import Caller
from tests.mdm.records.world import World, build_world


@pytest.fixture
def world(db: None) -> World:
    return build_world()


@pytest.fixture
def caller(world: World) -> Caller:
    return Caller("view:*", name="Full")
