from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mdm.accounts.queries import machine_actor
from mdm.domains.loader import load
from mdm.domains.pack import PackError
from mdm.governance.operations.publish_pack import Publication, publish_pack
from mdm.kernel.errors import DomainError


class Command(BaseCommand):
    """Publish a domain pack, showing what it changes."""

    help = "Publish FILE.yaml as the definition of its domain. Publishing the same file again does nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the pack, such as mdm/domains/party.yaml")
        parser.add_argument("--reason", default="", help="why, for the audit")
        parser.add_argument(
            "--confirm-narrowing",
            action="store_true",
            help="publish although stored values may not fit the new definition",
        )

    def handle(self, *, file: Path, reason: str, confirm_narrowing: bool, **_: Any) -> None:
        try:
            pack = load(file)
            done = publish_pack(
                domain=pack.code,
                content=pack.to_content(),
                actor=machine_actor(),
                reason=reason,
                confirm_narrowing=confirm_narrowing,
            )
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}. Give the path of a YAML file.") from error
        except (PackError, DomainError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(told(pack.label, done))


def told(label: str, done: Publication) -> str:
    """What happened, for a person at a terminal."""
    if not done.published:
        return f"{label}: version {done.version.number} is in force already; nothing to publish."
    lines = [f"{label}: version {done.version.number} is in force."]
    lines += [f"  {'! ' if change.narrows else '  '}{change.words}" for change in done.changes]
    return "\n".join(lines)
