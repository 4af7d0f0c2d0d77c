"""`manage.py work`: run jobs in this process, without Celery or Redis."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand

from mdm.jobs.operations.run_next import run_next
from mdm.jobs.operations.sweep import sweep
from mdm.jobs.queries import unended_jobs

IDLE_SECONDS = 0.2


class Command(BaseCommand):
    help = "Run waiting jobs in this process until none is left; no Celery needed, and safe beside running workers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--job", type=UUID, default=None, metavar="ID", help="run this job only")

    def handle(self, *args: Any, job: UUID | None, **options: Any) -> None:
        chunks = 0
        while unended_jobs(job_id=job):
            if run_next(job_id=job):
                chunks += 1
                continue
            sweep()
            time.sleep(IDLE_SECONDS)
        self.stdout.write(f"Nothing left to do; {chunks} chunks run here.")
