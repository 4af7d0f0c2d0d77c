"""The stages of an ingest, in the order they run."""

from __future__ import annotations

from enum import IntEnum

KIND = "ingest"
LABELS = ("Reading", "Planning", "Taking in", "Ending absent records", "Clearing up")


class Stage(IntEnum):
    READ = 0
    PLAN = 1
    TAKE_IN = 2
    END_ABSENT = 3
    CLEAR = 4
