"""A registered world per test."""

from __future__ import annotations

import pytest

from tests.mdm.records.world import World, build_world


@pytest.fixture
def world(db: None) -> World:
    return build_world()


@pytest.fixture
def committed_world(transactional_db: None) -> World:
    return build_world()
