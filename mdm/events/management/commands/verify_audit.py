from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mdm.events.chain import Head
from mdm.events.queries import head, verify


class Command(BaseCommand):
    help = "Checks that no event, block or version was changed, added or removed behind the audit's back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--expect",
            metavar="NUMBER:HASH",
            help="A head of the chain noted earlier, in a place of yours: blocks cut off the end are found too.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        faults = verify(expected=_expected(options["expect"]))
        for fault in faults:
            self.stdout.write(f"{fault.code}: {fault.message}")
        if faults:
            blocks = [fault.block for fault in faults if fault.block is not None]
            first = f" The first bad block is {min(blocks)}." if blocks else ""
            raise CommandError(f"The audit does not hold: {len(faults)} faults.{first}")
        newest = head()
        self.stdout.write(
            f"The audit holds. Its head is {newest}." if newest else "The audit holds; no block is sealed yet."
        )


def _expected(text: str | None) -> Head | None:
    if not text:
        return None
    try:
        return Head.parse(text)
    except ValueError as error:
        raise CommandError(f"--expect {text[:80]}: write it as the command printed it, number:hash.") from error
