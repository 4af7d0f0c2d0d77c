"""The jobs tray of the top bar: the jobs of the person that still run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.http import HttpRequest
from django.urls import reverse

from mdm.jobs.queries import visible_jobs

SHOWN = 5


@dataclass(frozen=True)
class TrayJob:
    label: str
    url: str
    done: int
    total: int | None


@dataclass(frozen=True)
class Tray:
    running: Sequence[TrayJob] = field(default_factory=tuple)
    open: bool = False
    interval: int = 2

    @classmethod
    def of(cls, request: HttpRequest) -> Tray:
        if not request.user.is_authenticated:
            return cls()
        mine = visible_jobs(actor=request.user).filter(requested_by=request.user, finished_at__isnull=True)[:SHOWN]
        return cls([TrayJob(job.label, reverse("job", args=[job.pk]), job.done, job.total) for job in mine])
