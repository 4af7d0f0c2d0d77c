"""A registered world, and a desk at which decisions are made in it."""

from __future__ import annotations

import pytest

from tests.mdm.matching.desk import Desk
from tests.mdm.records.world import build_world


@pytest.fixture
def desk(db: None) -> Desk:
    return Desk(build_world())


@pytest.fixture
def committed_desk(transactional_db: None) -> Desk:
    return Desk(build_world())
