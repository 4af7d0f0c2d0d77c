"""A job carried out by a command: this process and helpers of its own, beside any workers that run."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from uuid import UUID

from django.conf import settings

from mdm.accounts.models import Actor
from mdm.jobs.models import ENDED, Job
from mdm.jobs.operations.cancel import cancel
from mdm.jobs.operations.run_next import run_next
from mdm.jobs.operations.sweep import sweep
from mdm.kernel.errors import Conflict

Told = Callable[[Job], None]
_PAUSE = 0.2
_SWEEP = 5.0


def carry_out(job_id: UUID, *, actor: Actor, processes: int, tell: Told) -> Job:
    """Run the job's chunks until it has ended; `tell` hears of it after every chunk. Ctrl-C cancels the job."""
    with _interrupts() as interrupted, _helpers(job_id, processes - 1):
        swept = time.monotonic()
        while True:
            job = Job.objects.get(pk=job_id)
            tell(job)
            if job.status in ENDED:
                return job
            if interrupted():
                _cancel(job_id, actor)
            if not run_next(job_id=job_id):
                time.sleep(_PAUSE)
            if time.monotonic() - swept > _SWEEP:
                sweep()
                swept = time.monotonic()


def _cancel(job_id: UUID, actor: Actor) -> None:
    try:
        cancel(job_id=job_id, actor=actor, reason="Interrupted at the command line")
    except Conflict:
        return


@contextmanager
def _interrupts() -> Iterator[Callable[[], bool]]:
    """The first Ctrl-C is kept for the loop, so that no chunk is torn apart; the second one ends the process."""
    pressed: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return

    def note(signum: int, frame: FrameType | None) -> None:
        if pressed:
            raise KeyboardInterrupt
        pressed.append(signum)

    previous = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, previous)


@contextmanager
def _helpers(job_id: UUID, count: int) -> Iterator[None]:
    """Processes of this command alone that run the same job; they end with it."""
    command = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "work", "--job", str(job_id)]
    started = [
        subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True) for _ in range(max(count, 0))
    ]
    try:
        yield
    finally:
        for process in started:
            process.terminate()
            process.wait(timeout=30)
