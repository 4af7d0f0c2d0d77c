"""Ids that grow with time, so that what is queued together lies together in the index (RFC 9562, version 7)."""

from __future__ import annotations

import os
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last = 0


def uuid7() -> UUID:
    """Return a fresh id, greater than every one this process made before: milliseconds, a counter, chance."""
    global _last
    with _lock:
        _last = max(_last + 1, (time.time_ns() // 1_000_000) << 12)
        stamp, counter = _last >> 12, _last & 0xFFF
    high = (stamp << 16) | 0x7000 | counter
    low = 0x8000_0000_0000_0000 | (int.from_bytes(os.urandom(8)) >> 2)
    return UUID(int=(high << 64) | low)
