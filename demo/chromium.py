"""Which Chromium the pictures, the tests and the benches drive."""

from __future__ import annotations

import os
import shutil

ABSENT = "Chromium is not installed; on Debian: apt-get install chromium-headless-shell (or chromium)"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# The shell is the same engine without the windows, menus and tabs that nobody looks at: half of the processor time.
_PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def program() -> str | None:
    """Return the path of the browser that TOUCHSTONE_CHROMIUM names, else of the first that is installed."""
    return os.environ.get("TOUCHSTONE_CHROMIUM") or next(filter(None, map(shutil.which, _PROGRAMS)), None)
