"""One line per happening: time, level, where, request id, words; fields as key=value."""

from __future__ import annotations

import logging
import time

from mdm.events import request


class Line(logging.Formatter):
    """`2026-03-12T09:30:00.123Z INFO mdm.jobs request=… words`."""

    converter = staticmethod(time.gmtime)

    def __init__(self) -> None:
        super().__init__("%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s%(request)s %(message)s", "%Y-%m-%dT%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        current = request.current()
        record.request = f" request={current}" if current else ""
        return super().format(record)
