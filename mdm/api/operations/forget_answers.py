"""Forget answers that nobody may repeat a request for any more."""

from __future__ import annotations

from datetime import timedelta

from mdm.api.models import IdempotencyKey
from mdm.api.operations.claim_key import retention_days
from mdm.kernel.clock import database_now


def forget_answers() -> int:
    """Keys past the retention time are gone with their answers, also where no further request comes; returns how many.

    Answers may hold values as sent, so they do not stay for ever.
    """
    removed, _ = IdempotencyKey.objects.filter(
        created_at__lt=database_now() - timedelta(days=retention_days())
    ).delete()
    return removed
