"""Doorbells of the records app."""

from __future__ import annotations

from celery import shared_task
from django.db import transaction

from mdm.records.operations.pin import end_expired_pins


@shared_task(name="mdm.records.tasks.expire_pins")
def expire_pins() -> int:
    """Pins past their expiry have ended."""
    with transaction.atomic():
        return end_expired_pins()
