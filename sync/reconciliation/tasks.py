"""Doorbells of reconciliation."""

from __future__ import annotations

from celery import shared_task

from mdm.accounts.queries import machine_actor
from sync.reconciliation.operations.compare_due import compare_due


@shared_task(name="sync.reconciliation.tasks.compare", ignore_result=True)
def compare(**_: object) -> None:
    """Targets that were not compared for long are compared soon."""
    compare_due(actor=machine_actor())
