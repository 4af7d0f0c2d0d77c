"""The project's settings, for a process of its own that works on the test's database."""

from __future__ import annotations

import json
import os
from pathlib import Path

from config.settings import *  # noqa: F403
from config.settings import DATABASES, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.kinds.FaultKinds"]
DATABASES["default"].update(json.loads(os.environ["TOUCHSTONE_TEST_DATABASE"]))
JOB_RETRY_SECONDS = 0
UPLOAD_DIR = Path(os.environ["TOUCHSTONE_TEST_UPLOADS"])
