"""Celery's doorbells for the audit."""

from __future__ import annotations

from celery import shared_task

from mdm.events.operations import seal as sealing


@shared_task(name="mdm.events.tasks.seal")
def seal() -> None:
    """Every committed event is in a block."""
    sealing.seal()
