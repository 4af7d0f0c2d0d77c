"""`python manage.py match --domain party`: match every record of a domain."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from mdm.accounts.queries import machine_actor
from mdm.jobs.models import ENDED, Job
from mdm.jobs.operations.run_next import run_next
from mdm.jobs.operations.sweep import sweep
from mdm.kernel.errors import DomainError
from mdm.matching.models import MatchRun
from mdm.matching.operations.submit_match_run import submit_match_run

_PAUSE = 0.2


class Command(BaseCommand):
    """Submits a full match run; with `--wait` this process carries it out beside any workers."""

    help = "Match every record of a domain and bring its review tasks up to date."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--domain", required=True)
        parser.add_argument("--changed", action="store_true", help="only what changed since it was last matched")
        parser.add_argument("--wait", action="store_true", help="carry the run out here, and tell what came of it")

    def handle(self, *args: Any, domain: str, changed: bool, wait: bool, **options: Any) -> None:
        if wait:
            self._end_what_runs(domain)
        try:
            run = submit_match_run(domain=domain, actor=machine_actor(), full=not changed, reason="asked by command")
        except DomainError as error:
            raise CommandError(str(error)) from error
        if run is None or run.job is None:
            self.stdout.write("Nothing waits to be matched.")
            return
        self.stdout.write(f"Job {run.job} submitted.")
        if wait:
            self._carry_out(run, run.job)

    def _end_what_runs(self, domain: str) -> None:
        """A run that an import began is ended first, here or wherever it is."""
        for run in MatchRun.objects.filter(domain=domain, status="RUNNING", job__isnull=False):
            if run.job is not None:
                self._carry_out(run, run.job)

    def _carry_out(self, run: MatchRun, job: UUID) -> None:
        while Job.objects.filter(pk=job).exclude(status__in=ENDED).exists():
            if not run_next(job_id=job):
                sweep()
                time.sleep(_PAUSE)
        run.refresh_from_db()
        told = ", ".join(f"{name} {count:,}" for name, count in sorted(run.counts.items()))
        self.stdout.write(f"{run.status.capitalize()}: {told}.")
