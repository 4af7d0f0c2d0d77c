"""`manage.py doctor`: what is wrong, and how to mend it."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from config import diagnosis


class Command(BaseCommand):
    help = "Say in words what is wrong with this installation and how to mend it; exit code 1 if anything is."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        findings = list(diagnosis.examine())
        width = max(len(finding.subject) for finding in findings)
        for finding in findings:
            mark = self.style.SUCCESS("ok   ") if finding.well else self.style.ERROR("WRONG")
            self.stdout.write(f"{mark}  {finding.subject:<{width}}  {finding.words}")
            if not finding.well:
                self.stdout.write(f"       {'':<{width}}  -> {finding.remedy}")
        wrong = [finding for finding in findings if not finding.well]
        self.stdout.write("Everything is well." if not wrong else f"{len(wrong)} of {len(findings)} are wrong.")
        sys.exit(1 if wrong else 0)
