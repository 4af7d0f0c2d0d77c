"""`manage.py down`: stop the copy's own servers."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config import embedded


class Command(BaseCommand):
    help = "Stop the PostgreSQL and Redis that this copy started for itself, unless another process still uses them."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            stopped = embedded.stop_if_unused()
        except embedded.ServerError as error:
            raise CommandError(str(error)) from None
        if not stopped:
            raise CommandError("Another process of this copy uses the servers. Stop `make run` first.")
        self.stdout.write("The copy's own servers are stopped.")
