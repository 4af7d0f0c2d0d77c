"""The place of one counterpart: its port, its secrets, its process, and whether it is to start afresh."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

HOST = "127.0.0.1"
STOP_SECONDS = 10


@dataclass(frozen=True)
class Place:
    """A counterpart's folder. Nothing in it exists before it is asked for."""

    folder: Path

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port()}"

    def port(self) -> int:
        """The port, chosen free at the first question and the same ever after."""
        return int(self._decided("port", lambda: str(free_port())))

    def move(self) -> int:
        """Another port: somebody else has taken the one we had."""
        chosen = free_port()
        _replace(self.folder / "port", str(chosen))
        return chosen

    def secrets(self, names: Sequence[str]) -> Mapping[str, str]:
        """Random secrets, made at the first question; only this user can read them."""
        made = self._decided("secrets.json", lambda: json.dumps({name: secrets.token_hex(24) for name in names}))
        return {name: str(value) for name, value in json.loads(made).items()}

    def take_port(self) -> tuple[int, bool]:
        """The port to listen on, and whether it is another one than before."""
        port = self.port()
        return (port, False) if is_free(port) else (self.move(), True)

    def note_process(self, pid: int) -> None:
        """From now on this process is the counterpart."""
        _replace(self.folder / "process.json", json.dumps([pid, psutil.Process(pid).create_time()]))

    def process(self) -> psutil.Process | None:
        """The counterpart's process, if it is alive and not a stranger with the same number."""
        try:
            pid, born = json.loads((self.folder / "process.json").read_text())
            process = psutil.Process(pid)
            same = abs(process.create_time() - born) < 1 and process.status() != psutil.STATUS_ZOMBIE
        except (OSError, ValueError, psutil.Error):
            return None
        return process if same else None

    def stop(self) -> bool:
        """End the counterpart's process; say whether there was one."""
        process = self.process()
        if process is None:
            return False
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except psutil.TimeoutExpired:
                process.kill()
                process.wait(STOP_SECONDS)
        (self.folder / "process.json").unlink(missing_ok=True)
        return True

    def ask_afresh(self) -> None:
        """The data is to be thrown away at the next start, which a supervised counterpart does at once."""
        if self.folder.exists():
            (self.folder / "afresh").touch()
            self.stop()

    def is_afresh(self) -> bool:
        """Whether the data is to be thrown away; whoever did so calls `begun_afresh`."""
        return (self.folder / "afresh").exists()

    def begun_afresh(self) -> None:
        (self.folder / "afresh").unlink(missing_ok=True)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the folder: whoever comes second waits."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / "lock", "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _decided(self, name: str, decide: Callable[[], str]) -> str:
        path = self.folder / name
        with self.alone():
            if not path.exists():
                _replace(path, decide())
            return path.read_text()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _replace(path: Path, text: str) -> None:
    """Write the whole file at once, for this user only."""
    own = path.with_name(f"{path.name}.{os.getpid()}.new")
    with open(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    own.rename(path)
