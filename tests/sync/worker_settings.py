"""Settings of these tests' worker processes: the test's database, and chunks small enough to die in."""

from __future__ import annotations

import os
from pathlib import Path

from tests.faults.settings import *  # noqa: F403

UPLOAD_DIR = Path(os.environ["TOUCHSTONE_TEST_UPLOADS"])
INGEST_BATCH_ROWS = 500
INGEST_CHUNK_KEYS = 150
