"""A copy of the project with a folder of its own, driven from other processes as shells would."""

from __future__ import annotations

import importlib.util
import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil
import psycopg

from config import embedded
from config.embedded import places
from tests.tools.forkserver import processes

SERVERS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")


@dataclass
class Shell:
    """A process at work on a copy, and the line it answers on."""

    process: Any
    answers: Connection

    def answer(self) -> Any:
        """Wait for the answer; an exception over there is one here."""
        found = self.answers.recv()
        if isinstance(found, BaseException):
            raise found
        return found

    def kill(self) -> None:
        self.process.kill()
        self.process.join()


@dataclass
class Copy:
    """Where a copy keeps its servers, and what may be done to it."""

    var: Path

    def shell(self, act: Callable[[], Any], *, stay: bool = False, **environment: str) -> Shell:
        """Do `act` in a process of its own, which then ends, or stays until it is killed."""
        mine, theirs = processes.Pipe(duplex=False)
        given = environment | {"TOUCHSTONE_VAR": str(self.var)}
        process = processes.Process(target=_work, args=(act, given, theirs, stay), daemon=True)
        process.start()
        theirs.close()
        return Shell(process, mine)

    def ensure(self) -> None:
        self.shell(embedded.ensure).answer()

    def stop_if_unused(self) -> bool:
        return bool(self.shell(embedded.stop_if_unused).answer())

    @contextmanager
    def sql(self) -> Iterator[psycopg.Cursor[Any]]:
        sockets = str(places.socket_dir(self.var))
        with psycopg.connect(host=sockets, user="touchstone", dbname="touchstone") as connection:
            yield connection.cursor()

    def servers(self) -> list[psutil.Process]:
        """Return the two servers' own processes, without their children."""
        marks = (str(places.data_dir(self.var) / "postgres"), str(places.socket_dir(self.var)))
        return [process for process in psutil.process_iter() if any(mark in _command(process) for mark in marks)]

    def kill_everything(self) -> None:
        """Do what a power cut does to processes, those included that were being born."""
        while servers := self.servers():
            victims = [member for server in servers for member in [server, *_children(server)]]
            for victim in victims:
                with suppress(psutil.NoSuchProcess):
                    victim.kill()
            psutil.wait_procs(victims, timeout=60)


@contextmanager
def fresh_copy() -> Iterator[Copy]:
    """A copy that nobody has used, gone with all its processes at the end."""
    with tempfile.TemporaryDirectory(prefix="touchstone-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)  # noqa: S103 - the servers' unprivileged user must pass through
        copy = Copy(Path(folder).resolve() / "var")
        try:
            yield copy
        finally:
            copy.kill_everything()


def ensure_without(package: str) -> None:
    """Bring the servers up in an installation that lacks `package`."""
    real = importlib.util.find_spec
    importlib.util.find_spec = lambda name, *rest: None if name == package else real(name, *rest)
    embedded.ensure()


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return list(process.children(recursive=True))
    except psutil.NoSuchProcess:
        return []


def _command(process: psutil.Process) -> str:
    try:
        return f"{' '.join(process.cmdline())} "
    except psutil.Error:
        return ""


def _work(act: Callable[[], Any], environment: dict[str, str], answers: Connection, stay: bool) -> None:
    for name in SERVERS:
        os.environ.pop(name, None)
    os.environ.update(environment)
    try:
        answers.send(act())
    except Exception as error:
        answers.send(error)
    if stay:
        signal.pause()
