"""Where golden records lead that live no more, now or at an earlier moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from mdm.records.models import GoldenSuccessor


def successors_of(goldens: Iterable[int], as_of: datetime | None = None) -> dict[int, list[str]]:
    """Return, per golden record, the codes of the records it leads to, in order; one that leads nowhere is left out."""
    rows = GoldenSuccessor.objects.filter(golden__in=list(goldens))
    if as_of is None:
        rows = rows.filter(ended_at__isnull=True)
    else:
        rows = rows.filter(opened_at__lte=as_of).filter(Q(ended_at__isnull=True) | Q(ended_at__gt=as_of))
    found: dict[int, list[str]] = defaultdict(list)
    for golden, code in rows.order_by("successor__code").values_list("golden_id", "successor__code"):
        found[golden].append(code)
    return dict(found)
