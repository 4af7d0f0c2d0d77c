"""`python manage.py release_due`: release what nothing keeps from being released, now instead of soon."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from mdm.accounts.queries import machine_actor
from mdm.stewardship.operations.release_due import release_due


class Command(BaseCommand):
    help = "Release golden records that were matched and that nothing stands against, by each domain's policy."

    def handle(self, *args: Any, **options: Any) -> None:
        total = 0
        while released := release_due(actor=machine_actor()):
            total += released
        self.stdout.write(f"Released {total:,} golden records.")
