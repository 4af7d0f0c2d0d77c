"""Doorbells of the stewardship app."""

from __future__ import annotations

from celery import shared_task

from mdm.accounts.queries import machine_actor
from mdm.stewardship.operations.ask_about_doubts import ask_about_doubts
from mdm.stewardship.operations.release_due import release_due
from mdm.stewardship.operations.request_proposed_values import request_proposed_values


@shared_task(name="mdm.stewardship.tasks.ask", ignore_result=True)
def ask(**_: object) -> None:
    """What ingestion found doubtful is asked about soon."""
    ask_about_doubts(actor=machine_actor())


@shared_task(name="mdm.stewardship.tasks.release", ignore_result=True)
def release(**_: object) -> None:
    """What nothing stands against is released soon."""
    release_due(actor=machine_actor())


@shared_task(name="mdm.stewardship.tasks.request_proposed", ignore_result=True)
def request_proposed(**_: object) -> None:
    """What systems propose becomes requests that people decide."""
    request_proposed_values()
