"""Several programs in one foreground group: their lines prefixed, the fallen started again, all stopped together."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import psutil

from config import environment

STOP_SECONDS = environment.number("TOUCHSTONE_STOP_SECONDS", 20)  # a chunk of work is sized for ten
POLL_SECONDS = 0.1
TEND_SECONDS = 3
FALLS = 5
FALL_WINDOW_SECONDS = 60
# PR_SET_PDEATHSIG, kept over exec: when the parent dies, the program gets SIGTERM.
_DIE_WITH_PARENT = "import ctypes, os, sys; ctypes.CDLL(None).prctl(1, 15); os.execv(sys.argv[1], sys.argv[1:])"
STOP_WITH_PARENT = [sys.executable, "-c", _DIE_WITH_PARENT] if sys.platform == "linux" else []
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
COLOURS = (36, 33, 35, 32)


@dataclass
class Program:
    """One program, and when it last fell. Without one that is not `vital` the others go on."""

    name: str
    command: Sequence[str]
    vital: bool = True
    process: subprocess.Popen[str] | None = None
    falls: list[float] = field(default_factory=list)


class Supervisor:
    """Runs programs until one signal, or until one of them cannot stay up.

    Each has a process group of its own: Ctrl-C is for this process, which then asks each of them once. A killed
    supervisor leaves nobody behind: where the system can, its death is a signal to stop; and the programs are written
    down in `record`, so that the next run finds those that outlived it all the same.
    """

    def __init__(self, programs: Sequence[Program], record: Path, tend: Callable[[], None]) -> None:
        self.programs = programs
        self.record = record
        self.tend = tend  # called every few seconds: looks after what the programs need
        self.asked_to_stop = 0
        self._say = threading.Lock()
        self._width = max(len(program.name) for program in programs)

    def run(self, when_up: Callable[[], None]) -> int:
        """Run until stopped; return 0 after a clean stop and 1 when a program cannot stay up."""
        before = {number: signal.signal(number, self._asked) for number in STOPPING}
        try:
            return self._run(when_up)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def say(self, name: str, line: str) -> None:
        """Print one line of one program."""
        prefix = f"{name:<{self._width}} | "
        if sys.stdout.isatty():
            names = [program.name for program in self.programs]
            colour = COLOURS[names.index(name) % len(COLOURS)] if name in names else 1
            prefix = f"\033[{colour}m{prefix}\033[0m"
        with self._say:
            print(prefix + line.rstrip("\n"), flush=True)

    def _run(self, when_up: Callable[[], None]) -> int:
        try:
            return self._keep_all_up(when_up)
        finally:
            self._stop_all()

    def _keep_all_up(self, when_up: Callable[[], None]) -> int:
        for program in self.programs:
            self._start(program)
        threading.Thread(target=when_up, daemon=True).start()
        given_up = False
        tended = time.monotonic()
        while not self.asked_to_stop and not given_up:
            time.sleep(POLL_SECONDS)
            if time.monotonic() - tended > TEND_SECONDS:
                self.tend()
                tended = time.monotonic()
            given_up = [self._keep_up(program) for program in self.programs].count(False) > 0
        return 1 if given_up else 0

    def _asked(self, number: int, frame: FrameType | None) -> None:
        self.asked_to_stop += 1

    def _start(self, program: Program) -> None:
        program.process = subprocess.Popen(
            [*STOP_WITH_PARENT, *program.command],
            process_group=0,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        threading.Thread(target=self._forward, args=(program, program.process), daemon=True).start()
        self._write_down()

    def _forward(self, program: Program, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                self.say(program.name, line)

    def _keep_up(self, program: Program) -> bool:
        """Start a fallen program again; say whether the group may go on."""
        assert program.process is not None
        if program.process.poll() is None or self.asked_to_stop or len(program.falls) >= FALLS:
            return True
        now = time.monotonic()
        program.falls = [fall for fall in program.falls if now - fall < FALL_WINDOW_SECONDS] + [now]
        hope = len(program.falls) < FALLS
        next_step = "starting it again" if hope else f"{FALLS} times in {FALL_WINDOW_SECONDS} seconds, giving it up"
        self.say("up", f"{program.name} ended with code {program.process.returncode}; {next_step}")
        if hope:
            time.sleep(min(len(program.falls), 3))
            self._start(program)
        return hope or not program.vital

    def _stop_all(self) -> None:
        self.say("up", "stopping; Ctrl-C again to stop at once")
        for process in self._running().values():
            process.terminate()
        patience = time.monotonic() + STOP_SECONDS
        while left := self._running():
            if self.asked_to_stop > 1 or time.monotonic() > patience:
                for name, process in left.items():
                    self.say("up", f"{name} had not stopped yet, and was ended")
                    _kill_tree(process.pid)
                    process.wait()
            time.sleep(POLL_SECONDS)
        self.record.unlink(missing_ok=True)

    def _running(self) -> dict[str, subprocess.Popen[str]]:
        processes = {program.name: program.process for program in self.programs}
        return {name: one for name, one in processes.items() if one is not None and one.poll() is None}

    def _write_down(self) -> None:
        known = [program.process.pid for program in self.programs if program.process is not None]
        self.record.write_text(json.dumps([[pid, _born(pid)] for pid in known if _alive(pid)]))


def end_leftovers(record: Path) -> int:
    """End the programs of a supervisor that was killed; return how many there were."""
    try:
        known = json.loads(record.read_text())
    except (OSError, ValueError):
        return 0
    ended = 0
    for pid, created in known:
        # The number may be somebody else's by now; the moment of birth is not.
        if _alive(pid) and abs(_born(pid) - created) < 1:
            _kill_tree(pid)
            ended += 1
    record.unlink(missing_ok=True)
    return ended


def _born(pid: int) -> float:
    """When the process started; 0 where it has just ended."""
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return 0.0


def _alive(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _kill_tree(pid: int) -> None:
    try:
        process = psutil.Process(pid)
        family = [*process.children(recursive=True), process]
    except psutil.NoSuchProcess:
        return
    for member in family:
        try:
            member.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(family, timeout=10)
