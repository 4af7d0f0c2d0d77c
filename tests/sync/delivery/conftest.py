from __future__ import annotations

import pytest

from tests.sync.delivery.scene import Scene, kept_scene, switch_on


@pytest.fixture
def scene(db: None) -> Scene:
    built = kept_scene()
    switch_on()
    return built
