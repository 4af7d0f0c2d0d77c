"""How far a job is, in one line of text."""

from __future__ import annotations

import time
from typing import Protocol

from mdm.jobs.models import ENDED, Job
from mdm.jobs.queries import progress

_EVERY = 0.5
_EVERY_IN_A_LOG = 5.0


class Terminal(Protocol):
    def write(self, text: str) -> object: ...

    def flush(self) -> object: ...

    def isatty(self) -> bool: ...


class ProgressLine:
    """One line that is rewritten on a terminal, and repeated now and then in a log."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._live = terminal.isatty()
        self._told = 0.0

    def __call__(self, job: Job) -> None:
        now = time.monotonic()
        ended = job.status in ENDED
        if not ended and now - self._told < (_EVERY if self._live else _EVERY_IN_A_LOG):
            return
        first, self._told = self._told == 0.0, now
        if first and not self._live and not ended:
            return
        line = line_of(job)
        self._terminal.write(f"\r{line:<100}" if self._live else f"{line}\n")
        if ended and self._live:
            self._terminal.write("\n")
        self._terminal.flush()


def line_of(job: Job) -> str:
    """Return stage, share, rows, rate and time left of a job."""
    now = progress(job)
    read = now.counts.get("rows", 0)
    if now.total is None:
        return f"{now.stage_label or job.status.capitalize()}: {read:,} rows"
    share = now.done / now.total if now.total else 1.0
    left = f", {now.eta:,.0f} s left" if now.eta is not None else ""
    return f"{now.stage_label}: {share:.0%}  {now.done:,} of {now.total:,} rows  {now.rate:,.0f} rows/s{left}"
