"""What a target was confirmed to hold of a person is forgotten; that it holds the record, and its hash, stay."""

from __future__ import annotations

from django.db.models import Q

from mdm.records.erasure import Erasure
from sync.targets.models import TargetRecord


def forget_confirmed(erasure: Erasure) -> int:
    """No target record shows a confirmed field or value of the person; returns how many did."""
    shown = TargetRecord.objects.filter(golden__in=erasure.goldens).filter(
        Q(confirmed_fields__isnull=False) | Q(confirmed_values__isnull=False)
    )
    return shown.update(confirmed_fields=None, confirmed_values=None)
