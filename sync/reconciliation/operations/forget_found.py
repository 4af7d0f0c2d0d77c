"""What was found in a target of a person is forgotten; that it differed, and why, stays."""

from __future__ import annotations

from mdm.records.erasure import Erasure
from sync.reconciliation.models import DriftFinding


def forget_found(erasure: Erasure) -> int:
    """No finding of drift shows a value of the person; returns how many did."""
    return DriftFinding.objects.filter(golden__in=erasure.goldens, found__isnull=False).update(found=None)
