"""A process of its own within moments: a fork of this one that does one thing and ends.

It has a database session of its own, its own count of passed fail points, and its own file to speak into.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from unittest import mock

from django.conf import settings as django_settings
from django.core.management import execute_from_command_line
from django.db import connections

from mdm.kernel import faults
from sync.delivery.operations import fan_out as outbox
from sync.targets import connectors
from tests.sync.delivery.scene import UNREAD_HERE


class Forked:
    """What `subprocess.Popen` would be, as far as tests need it."""

    def __init__(
        self,
        work: Callable[[], object],
        *,
        said: Path,
        environment: Mapping[str, str] | None = None,
        settings: Mapping[str, object] | None = None,
    ) -> None:
        self._said = said
        self._status: int | None = None
        # A session that both sides believe theirs would be ended by the first of them that ends.
        connections.close_all()
        self.pid = os.fork()
        if self.pid == 0:
            _be_another(work, said, environment or {}, settings or {})

    def poll(self) -> int | None:
        """The code it ended with, minus the signal that killed it; None while it runs."""
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
        return self._status

    def end(self, seconds: float = 120) -> tuple[int, str]:
        """Wait for it; return its code and what it said."""
        over_at = time.monotonic() + seconds
        while (code := self.poll()) is None:
            assert time.monotonic() < over_at, f"it does not end: {self._said.read_text()[-2000:]}"
            time.sleep(0.01)
        return code, self._said.read_text()

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Shell:
    """Real `manage.py` processes on the test's database; those still there at the end are killed."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self._folder = folder
        self._settings = settings
        self._started: list[Forked] = []

    def start(self, *arguments: str, fault: str = "", **settings: object) -> Forked:
        """What `manage.py` with these arguments does, with these settings; a worker, without any."""
        started = Forked(
            lambda: execute_from_command_line(["manage.py", *(arguments or ("work",))]),
            said=self._folder / f"manage-{len(self._started)}.log",
            environment={"TOUCHSTONE_FAULT": fault},
            settings=self._settings | settings,
        )
        self._started.append(started)
        return started

    def close(self) -> None:
        for started in self._started:
            started.kill()
            started.end()


def _be_another(
    work: Callable[[], object], said: Path, environment: Mapping[str, str], settings: Mapping[str, object]
) -> None:
    code = 70
    with contextlib.suppress(BaseException):
        _forget_sessions()
        os.environ.update(environment)
        faults.reset()
        connectors._made.clear()
        # Tests in other databases may have transactions open for half a minute.
        mock.patch.object(outbox, "_UNREAD", UNREAD_HERE).start()
        for name, value in settings.items():
            setattr(django_settings, name, value)
        sys.stdout = sys.stderr = said.open("w", buffering=1)
        handler = logging.StreamHandler(sys.stderr)
        for name in ("sync", "mdm"):
            logger = logging.getLogger(name)
            logger.handlers, logger.propagate = [handler], False
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            work()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        except BaseException:
            traceback.print_exc()
        sys.stdout.flush()
    os._exit(code)


_inherited: list[object] = []


def _forget_sessions() -> None:
    """Begin without the parent's database sessions, and without ending them.

    Beside a browser's event loop the parent sees other connections than it does without one, and this process has none:
    what the parent could not see to close is what would be taken for its own here.
    """
    for each in connections.all(initialized_only=True):
        _inherited.append(each)
        del connections[each.alias]
