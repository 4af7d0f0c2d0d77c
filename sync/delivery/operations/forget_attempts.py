"""What was sent of a person, and what was answered, is forgotten; that it was sent, and how it ended, stays."""

from __future__ import annotations

from django.db.models import Q

from mdm.records.erasure import Erasure
from sync.delivery.models import Delivery, DeliveryAttempt

_TELLING = Q(message__gt="") | ~Q(field_errors=[])


def forget_attempts(erasure: Erasure) -> int:
    """No delivery and no attempt shows a value of the person; returns how many did.

    An attempt that is on its way at this moment writes what it got when it ends.
    """
    attempts = DeliveryAttempt.objects.filter(delivery__golden__in=erasure.goldens)
    told = attempts.filter(_TELLING | Q(request__gt="") | Q(response__gt=""))
    forgotten = told.update(request="", response="", message="", field_errors=[])
    deliveries = Delivery.objects.filter(golden__in=erasure.goldens).filter(
        Q(error_message__gt="") | ~Q(field_errors=[])
    )
    return forgotten + deliveries.update(error_message="", field_errors=[])
