"""The programmable target inside this process: by name, with the same faults, without a network."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Mapping
from typing import Any, Final, Protocol
from urllib.parse import urlencode

import orjson

from sync.connectors.http import CallFailed, Exchange, Response
from sync.connectors.interface import Classified, Outcome
from sync.connectors.memory.target import Call, Target
from sync.connectors.redaction import Redactor
from sync.connectors.settings import ConnectionSettings

SCHEME: Final = "memory://"
_TARGETS: dict[str, Target] = {}
_LOCK: Final = threading.Lock()


class Sender(Protocol):
    """What the memory connector needs of a client: HttpClient has it, too."""

    def send(
        self,
        method: str,
        path: str = "",
        *,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
    ) -> Response: ...


def target_named(name: str) -> Target:
    """The target `memory://name` of this process; the first to ask makes it."""
    with _LOCK:
        return _TARGETS.setdefault(name, Target())


def forget_target(name: str) -> None:
    """The next to ask gets an empty one."""
    with _LOCK:
        target = _TARGETS.pop(name, None)
    if target is not None:
        target.close()


class LocalClient:
    """Calls to a target in this process; a reset or a wait beyond the time-out fails as it would over a network."""

    def __init__(self, settings: ConnectionSettings) -> None:
        self._name = settings.base_url.removeprefix(SCHEME)
        self._read = settings.timeouts.read
        self._redactor = Redactor(settings.secrets.values())

    def send(
        self,
        method: str,
        path: str = "",
        *,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
    ) -> Response:
        """Raises: CallFailed when no whole answer came."""
        target = target_named(self._name)
        address = f"/{path}?{urlencode(query or {})}"
        call = Call.of(method, address, headers or {}, orjson.dumps(json) if json is not None else b"")
        told = self._redactor.message(f"{method} {SCHEME}{self._name}{address}", headers or {}, call.body)
        begun = target.begin(call)
        if begun.plan.wait >= self._read:
            _do_later(begun.plan.wait, target, call)
            raise self._lost("timeout", told, call)
        time.sleep(begun.plan.wait)
        status, answered, body = target.finish(begun)
        if begun.plan.later is not None:
            _do_later(begun.plan.later, target, call)
        if begun.plan.resets or begun.plan.wait_reply >= self._read:
            raise self._lost("connection_lost" if begun.plan.resets else "timeout", told, call)
        time.sleep(begun.plan.wait_reply)
        exchange = Exchange(told, self._redactor.message(str(status), answered, body))
        return Response(status, answered, body, exchange, call.writes)

    def _lost(self, code: str, told: str, call: Call) -> CallFailed:
        outcome = Outcome.UNKNOWN if call.writes else Outcome.RETRY
        return CallFailed(Classified(outcome, code, "No answer came."), Exchange(told))


def _do_later(seconds: float, target: Target, call: Call) -> None:
    def do() -> None:
        with contextlib.suppress(sqlite3.ProgrammingError):  # the target was forgotten meanwhile
            target.answer(call)

    timer = threading.Timer(seconds, do)
    timer.daemon = True
    timer.start()
