"""`manage.py up`, as `make run` calls it: ready, killed, ready again with nothing lost, stopped without a trace."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.core.management import execute_from_command_line

from tests.architecture.sources import ROOT
from tests.config.copies import SERVERS, Copy, fresh_copy
from tests.tools.forked import Forked

# Only against waiting for ever: what is waited for is a state, and a program that has ended ends the wait.
PATIENCE = 600
ROLES = """SELECT DISTINCT usename FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""
ACTOR = "('service', 'Kept', '!', true)"


def _free_port() -> int:
    """A port below those that the system gives out by itself, so that nobody gets it before it is used."""
    for port in random.SystemRandom().sample(range(20_000, 32_000), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("No port is free.")


@contextmanager
def _up(copy: Copy, port: int, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run it in a group of its own, of which nothing is left at the end."""
    kept = {name: value for name, value in os.environ.items() if name not in SERVERS}
    own = {"TOUCHSTONE_VAR": str(copy.var), "PORT": str(port), "TOUCHSTONE_DEMO": "0"}
    own |= {"TOUCHSTONE_STOP_SECONDS": str(PATIENCE)}  # who had to be ended was deaf, not slow
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


def _wait(process: subprocess.Popen[bytes], log: Path, state: Callable[[], bool]) -> None:
    patience = time.monotonic() + PATIENCE
    while not state():
        assert process.poll() is None and time.monotonic() < patience, log.read_text()
        time.sleep(0.3)  # a look costs both sides some milliseconds


def _only_the_application(copy: Copy) -> bool:
    """Nobody else is at the database; commands of the start, who migrate as the owner, may still be leaving."""
    with copy.sql() as cursor:
        return cursor.execute(ROLES).fetchall() == [("touchstone_app",)]


def _ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError as refusal:
        refusal.close()
    except OSError:
        pass
    return False


def test_a_killed_group_comes_back_with_what_was_committed_and_stops_without_a_trace(tmp_path: Path) -> None:
    log, port = tmp_path / "up.log", _free_port()
    address = f"Touchstone is at http://localhost:{port}/"
    with fresh_copy() as copy:
        with _up(copy, port, log) as first:
            _wait(first, log, lambda: address in log.read_text() and _ready(port))
            _wait(first, log, lambda: _only_the_application(copy))
            with copy.sql() as cursor:
                cursor.execute(f"INSERT INTO accounts_actor (kind, name, password, is_active) VALUES {ACTOR}")
        copy.kill_everything()

        with _up(copy, port, log) as again:
            _wait(again, log, lambda: address in log.read_text() and _ready(port))
            with copy.sql() as cursor:
                kept = cursor.execute("SELECT count(*) FROM accounts_actor WHERE name = 'Kept'").fetchone()
            os.killpg(again.pid, signal.SIGINT)  # as Ctrl-C in a terminal does: to the whole group at once
            code = again.wait(PATIENCE)

        assert "had not stopped yet" not in log.read_text()
        assert "refused to gracefully stop" not in log.read_text()
        assert "Traceback" not in log.read_text()
        assert (kept, code) == ((1,), 0)
        assert copy.servers() == []


def test_a_port_in_use_is_told_with_the_remedy(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])

        up = Forked(
            lambda: execute_from_command_line(["manage.py", "up", f"--port={port}"]),
            said=tmp_path / "up.log",
            settings={"VAR_DIR": tmp_path},
        )
        code, said = up.end()

    assert code == 1
    assert f"Port {port} on 127.0.0.1 cannot be used" in said
    assert f"PORT={port + 1} make run" in said
