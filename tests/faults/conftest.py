from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connections
from pytest_django import Settings

from tests.mdm.jobs.conftest import committed, count, effect_table, operator, rings
from tests.tools.forked import Shell

__all__ = ["committed", "count", "effect_table", "operator", "rings"]


@pytest.fixture
def manage(settings: Settings, tmp_path: Path) -> Iterator[Shell]:
    """Processes of their own that work on the test's database, and lose a dead worker's chunk within two seconds."""
    settings.UPLOAD_DIR = tmp_path / "uploads"
    with closing(Shell(tmp_path, JOB_RETRY_SECONDS=0, JOB_LEASE_SECONDS=2)) as shell:
        yield shell


def worker_environment(*, fault: str = "", lease_seconds: int = 2) -> dict[str, str]:
    """Return the environment of a process that works on the test's database."""
    database = connections["default"].settings_dict
    place = {name: database[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
        "TOUCHSTONE_TEST_DATABASE": json.dumps(place),
        "TOUCHSTONE_TEST_UPLOADS": str(django_settings.UPLOAD_DIR),
        "TOUCHSTONE_JOB_LEASE_SECONDS": str(lease_seconds),
        "TOUCHSTONE_FAULT": fault,
    }
