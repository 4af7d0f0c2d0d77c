from __future__ import annotations

import pytest

from tests.mdm.records.world import build_world
from tests.sync.delivery.scene import Scene, build_scene, switch_on


@pytest.fixture
def scene(db: None) -> Scene:
    built = build_scene(build_world())
    switch_on()
    return built
