"""The one clock: the database's."""

from __future__ import annotations

from datetime import datetime

from mdm.kernel.prepared import fetch_prepared


def database_now() -> datetime:
    """Return `clock_timestamp()`: call it after the locks are held, so that time follows the order of commits."""
    ((now,),) = fetch_prepared("SELECT clock_timestamp()", {})
    assert isinstance(now, datetime)
    return now
