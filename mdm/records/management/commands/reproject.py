"""`python manage.py reproject --domain party --reason "new rule set"`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from mdm.accounts.queries import machine_actor
from mdm.jobs.operations.submit import submit
from mdm.jobs.registry import ChunkDraft
from mdm.records.models import GoldenRecord
from mdm.records.next_versions import LIVING


class Command(BaseCommand):
    """Submits a job that projects every living golden record of a domain anew."""

    help = "Project every living golden record of a domain anew, after its rules or ownership changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--domain", required=True)
        parser.add_argument("--reason", required=True)

    def handle(self, *args: Any, domain: str, reason: str, **options: Any) -> None:
        living = GoldenRecord.objects.filter(domain_id=domain, status__in=LIVING).count()
        job = submit(
            kind="reproject",
            domain=domain,
            label=f"Project {living} golden records of {domain} anew",
            params={"reason": reason},
            actor=machine_actor(),
            chunks=[ChunkDraft()],
        )
        self.stdout.write(f"Job {job.id} submitted: {living} golden records.")
