"""`manage.py work`: run jobs in this process, without Celery or Redis."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand

from mdm.jobs.operations.run_next import run_next
from mdm.jobs.operations.sweep import sweep
from mdm.jobs.queries import unended_jobs

IDLE_SECONDS = 0.5


class Command(BaseCommand):
    help = "Run waiting jobs in this process until none is left; no Celery needed, and safe beside running workers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--job", type=UUID, default=None, metavar="ID", help="run this job only")

    def handle(self, *args: Any, job: UUID | None, **options: Any) -> None:
        run = 0
        with _told_to_stop() as told:
            while not told.is_set() and unended_jobs(job_id=job):
                if run_next(job_id=job):
                    run += 1
                else:
                    sweep()
                    told.wait(IDLE_SECONDS)
        ending = "Stopped" if told.is_set() else "Nothing left to do"
        self.stdout.write(f"{ending}; {run} {'chunk' if run == 1 else 'chunks'} run here.")


@contextmanager
def _told_to_stop() -> Iterator[threading.Event]:
    """SIGTERM lets the running chunk finish; another signal, or Ctrl-C, gives it back."""
    told = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield told
        return
    before = signal.signal(signal.SIGTERM, lambda number, frame: told.set())
    try:
        yield told
    finally:
        signal.signal(signal.SIGTERM, before)
