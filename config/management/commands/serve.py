"""`manage.py serve web|worker|dispatch|beat`: one program of an installation, in place of this process."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from config import environment, programs


class Command(BaseCommand):
    help = "Become one program of an installation: the web server, a worker, a dispatcher, or the one scheduler."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("program", choices=["web", "worker", "dispatch", "beat"])
        parser.add_argument("--host", default=os.environ.get("TOUCHSTONE_HOST", "0.0.0.0"))  # noqa: S104 - a container
        parser.add_argument("--port", type=int, default=environment.number("PORT", 8000))

    def handle(self, *args: Any, program: str, host: str, port: int, **options: Any) -> None:
        commands = {
            "web": programs.web(host, port),
            "worker": programs.worker(),
            "dispatch": programs.dispatch(),
            "beat": programs.beat(),
        }
        os.execv(commands[program][0], commands[program])  # noqa: S606 - signals must reach the program itself
