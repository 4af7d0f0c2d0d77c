"""One registered world for all tests of a module: each test runs in a savepoint inside its transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from tests.mdm.records.world import World, build_world


@contextmanager
def rolled_back_world(blocker: Any) -> Iterator[World]:
    """Build the world, and leave no trace of it."""
    with blocker.unblock(), transaction.atomic():
        yield build_world()
        transaction.set_rollback(True)
