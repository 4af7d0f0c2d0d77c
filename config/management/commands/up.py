"""`manage.py up`: everything in one foreground group, until Ctrl-C."""

from __future__ import annotations

import fcntl
import os
import socket
import sys
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from config import demo, embedded, environment, programs, supervisor

READY_SECONDS = 120


class Command(BaseCommand):
    help = "Start the copy's own servers, migrate, load the demo once, and run web, worker and beat until Ctrl-C."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=os.environ.get("TOUCHSTONE_HOST", "127.0.0.1"))
        parser.add_argument("--port", type=int, default=environment.number("PORT", 8000))

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        var: Path = settings.VAR_DIR
        var.mkdir(parents=True, exist_ok=True)
        with _only_here(var):
            ended = supervisor.end_leftovers(var / "up.json")
            if ended:
                self.stdout.write(f"Ended {ended} programs that outlived a killed run.")
            _require_free(host, port)
            try:
                embedded.ensure()
                self._prepare_database()
                sign_ins = demo.sign_ins()
                connection.close()
                group = supervisor.Supervisor(programs.programs(host, port), var / "up.json", embedded.ensure)
                code = group.run(lambda: _announce(group, host, port, sign_ins))
            except embedded.ServerError as error:
                raise CommandError(str(error)) from None
            finally:
                connection.close()
                stopped = embedded.stop_if_unused()
            self.stdout.write("Stopped." if stopped else "Stopped; the servers stay up for another user of them.")
        sys.exit(code)

    def _prepare_database(self) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", verbosity=0)
            self.stdout.write("The database is migrated.")
        if demo.wanted():
            self.stdout.write("Loading the demo data, this once …")
            if not demo.load():
                raise CommandError("The demo data did not load; its words are above. `make demo-reset` starts afresh.")
        demo.follow_counterparts()


def _only_here(var: Path) -> IO[str]:
    """Hold the copy for this run.

    Raises: CommandError while another run holds it.
    """
    lock = open(var / "up.lock", "a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CommandError(
            f"This copy is already running from another shell (its data is in {var}). "
            "Stop it there, or start a second copy with its own TOUCHSTONE_VAR and PORT."
        ) from None
    return lock


def _require_free(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} on {host} cannot be used ({error.strerror}). Choose another: PORT={port + 1} make run."
            ) from None


def _announce(group: supervisor.Supervisor, host: str, port: int, sign_ins: str) -> None:
    """Print the one line that matters, once the web server answers."""
    shown = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and not group.asked_to_stop:
        try:
            urllib.request.urlopen(f"http://{shown}:{port}/healthz", timeout=2)
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
            continue
        group.say("up", f"Touchstone is at http://{shown}:{port}/ {sign_ins}")
        return
