"""`manage.py connect_demo`: register where the demo delivers to."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from config import demo_targets
from mdm.accounts.queries import machine_actor


class Command(BaseCommand):
    help = "Register the demo's targets, flows and policies. What is there already stays as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        for line in demo_targets.connect(machine_actor()):
            self.stdout.write(line)
