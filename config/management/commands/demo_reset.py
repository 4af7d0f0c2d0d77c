"""`manage.py demo_reset`: the copy's database as on the first day."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import demo, embedded


class Command(BaseCommand):
    help = "Throw away this copy's database and load the demo data afresh. Works only on a copy's own servers."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.EMBEDDED_DATABASE:
            raise CommandError(
                "DATABASE_URL names a database that is not this copy's own, and nothing is thrown away there. "
                "Unset DATABASE_URL to reset the demo."
            )
        try:
            embedded.ensure()
        except embedded.ServerError as error:
            raise CommandError(str(error)) from None
        if not demo.reset():
            raise CommandError("The database is fresh, but the demo data did not load; its words are above.")
        self.stdout.write("The demo is as on the first day.")
