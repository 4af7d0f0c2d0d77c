from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from mdm.events.operations.seal import seal


class Command(BaseCommand):
    help = "Seals every event that is in no block yet, however old; workers seal new ones by themselves."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{seal(everything=True)} events sealed.")
