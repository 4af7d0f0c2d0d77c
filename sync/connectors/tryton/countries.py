"""Tryton's countries by their two letters, read once and again when one is missing."""

from __future__ import annotations

import threading
import time
from typing import Final

from sync.connectors.tryton.rpc import Session

AGAIN_AFTER: Final = 60.0


class Countries:
    """Threads may share it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._reading = threading.Lock()
        self._ids: dict[str, int] = {}
        self._read_at = -AGAIN_AFTER

    def id_of(self, code: str) -> int | None:
        """Raises: CallFailed."""
        wanted = code.upper()
        with self._reading:
            if wanted not in self._ids and time.monotonic() - self._read_at >= AGAIN_AFTER:
                rows = self._session.read("model.country.country.search_read", [], 0, None, None, ["code"]).result
                self._ids = {str(row["code"]).upper(): row["id"] for row in rows}
                self._read_at = time.monotonic()
            return self._ids.get(wanted)
