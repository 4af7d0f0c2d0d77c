"""`manage.py up`, as `make run` calls it: ready, killed, ready again with nothing lost, stopped without a trace."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.architecture.sources import ROOT
from tests.config.copies import SERVERS, Copy, fresh_copy

READY_SECONDS = 120
STOP_SECONDS = 15
ROLES = """SELECT DISTINCT usename FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""
ACTOR = "('service', 'Kept', '!', true)"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _up(copy: Copy, port: int, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run it in a group of its own, of which nothing is left at the end."""
    kept = {name: value for name, value in os.environ.items() if name not in SERVERS}
    own = {"TOUCHSTONE_VAR": str(copy.var), "PORT": str(port), "TOUCHSTONE_DEMO": "0"}
    with open(log, "ab") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "up"],
            cwd=ROOT,
            env=kept | own,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_until_ready(port: int, log: Path) -> None:
    patience = time.monotonic() + READY_SECONDS
    while not _ready(port):
        assert time.monotonic() < patience, log.read_text()
        time.sleep(0.1)


def _ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def test_a_killed_group_comes_back_with_what_was_committed_and_stops_without_a_trace(tmp_path: Path) -> None:
    log, port = tmp_path / "up.log", _free_port()
    with fresh_copy() as copy:
        with _up(copy, port, log):
            _wait_until_ready(port, log)
            with copy.sql() as cursor:
                roles = cursor.execute(ROLES).fetchall()
                cursor.execute(f"INSERT INTO accounts_actor (kind, name, password, is_active) VALUES {ACTOR}")
        copy.kill_everything()

        with _up(copy, port, log) as again:
            _wait_until_ready(port, log)
            with copy.sql() as cursor:
                kept = cursor.execute("SELECT count(*) FROM accounts_actor WHERE name = 'Kept'").fetchone()
            begun = time.monotonic()
            os.killpg(again.pid, signal.SIGINT)  # as Ctrl-C in a terminal does: to the whole group at once
            code = again.wait(60)
            took = time.monotonic() - begun

        assert took < STOP_SECONDS
        assert "refused to gracefully stop" not in log.read_text()
        assert "Traceback" not in log.read_text()
        assert roles == [("touchstone_app",)]
        assert (kept, code) == ((1,), 0)
        assert copy.servers() == []
        assert f"Touchstone is at http://localhost:{port}/" in log.read_text()


def test_a_port_in_use_is_told_with_the_remedy(tmp_path: Path) -> None:
    log = tmp_path / "up.log"
    with fresh_copy() as copy, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])

        with _up(copy, port, log) as process:
            code = process.wait(60)

        assert code == 1
        assert f"Port {port} on 127.0.0.1 cannot be used" in log.read_text()
        assert f"PORT={port + 1} make run" in log.read_text()
