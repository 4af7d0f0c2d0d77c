"""Doorbells of the matching app."""

from __future__ import annotations

from celery import shared_task

from mdm.accounts.queries import machine_actor
from mdm.matching.operations.match_what_is_due import match_what_is_due


@shared_task(name="mdm.matching.tasks.match_what_is_due", ignore_result=True)
def match_due(**_: object) -> None:
    """What changed since it was last matched is matched soon."""
    match_what_is_due(actor=machine_actor())
