"""What was proposed for a person is forgotten; that somebody proposed it, and what became of it, stays."""

from __future__ import annotations

from mdm.kernel.clock import database_now
from mdm.records.erasure import Erasure
from mdm.stewardship.models import ChangeRequest, ChangeRequestItem, RequestStatus

ERASED = "The values were erased."


def forget_proposed(erasure: Erasure) -> int:
    """No change request holds a value for the person, and none waits that did; returns how many values there were."""
    items = ChangeRequestItem.objects.filter(golden__in=erasure.goldens)
    waiting = ChangeRequest.objects.filter(pk__in=items.values("request"), status=RequestStatus.SUBMITTED)
    ended = list(waiting.values_list("pk", flat=True))
    waiting.update(status=RequestStatus.WITHDRAWN, note=ERASED, decided_at=database_now())
    ChangeRequestItem.objects.filter(request__in=ended).update(open=False)
    return items.filter(value__isnull=False).update(value=None)
