from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connections
from pytest_django import Settings

from tests.mdm.jobs.conftest import committed, count, effect_table, operator, rings

__all__ = ["committed", "count", "effect_table", "operator", "rings"]

Worker = subprocess.Popen[str]
StartWorker = Callable[..., Worker]


@pytest.fixture
def start_worker(settings: Settings, tmp_path: Path) -> Iterator[StartWorker]:
    """Start real `manage.py work` processes on the test's database; those still there at the end are killed."""
    settings.UPLOAD_DIR = tmp_path / "uploads"
    settings.JOB_RETRY_SECONDS = 0
    started: list[Worker] = []

    def start(*, fault: str = "", lease_seconds: int = 2) -> Worker:
        worker = subprocess.Popen(
            [sys.executable, str(Path(django_settings.BASE_DIR) / "manage.py"), "work"],
            env=worker_environment(fault=fault, lease_seconds=lease_seconds),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(worker)
        return worker

    yield start
    for worker in started:
        worker.kill()
        worker.communicate(timeout=10)


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


def end_of(worker: Worker) -> tuple[int, str]:
    """Wait for the process; return its code and what it said."""
    out, err = worker.communicate(timeout=60)
    return worker.returncode, out + err
