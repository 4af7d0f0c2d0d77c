"""A connector whose push kills its process when it meets a certain record."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence

from sync.connectors.interface import Connector, PushItem, PushResult
from sync.connectors.memory.connector import MemoryConnector
from sync.connectors.registry import Kind, kind_of, register
from sync.connectors.settings import ConnectionSettings

NAME = "poisonous"
POISON = "Poison"


class Poisonous(MemoryConnector):
    def push(self, items: Sequence[PushItem]) -> Sequence[PushResult]:
        if any(str(item.payload.get("name", "")).startswith(POISON) for item in items):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().push(items)


def build(settings: ConnectionSettings) -> Connector:
    return Poisonous(settings)


def install() -> None:
    """The kind can be built in this process."""
    usual = kind_of("memory")
    register(Kind(NAME, "Poisonous target", build, fields=usual.fields, objects=usual.objects))
