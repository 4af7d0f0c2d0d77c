"""`python manage.py demo_quality`: precision and recall of the demo's proposals, against the demo's truth."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mdm.accounts.queries import machine_actor
from mdm.stewardship.queries.quality import ProposalQuality, demo_quality


class Command(BaseCommand):
    """Prints how many of the pairs that open tasks propose are right, and how many that are one thing were found."""

    help = "Print precision and recall of the demo's proposals against its truth."

    def handle(self, *args: Any, **options: Any) -> None:
        found = demo_quality(actor=machine_actor())
        if found is None or not found.records:
            raise CommandError("The demo is not loaded here; run `python manage.py load_demo` first.")
        self.stdout.write("\n".join(_lines(found)))


def _lines(found: ProposalQuality) -> list[str]:
    return [
        f"{found.records:,} source records of {found.entities:,} companies and persons.",
        f"Precision {found.precision:.1%}: {found.right:,} of {found.proposed:,} proposed pairs are one thing.",
        f"Recall    {found.recall:.1%}: {found.found:,} of {found.true_pairs:,} pairs that are one thing are linked "
        f"({found.linked:,}) or proposed.",
        *(f"  {one.trap:<22} found {one.found} of {one.true_pairs}, wrong {one.wrong}" for one in found.by_trap),
    ]
