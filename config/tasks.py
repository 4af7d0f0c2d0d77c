"""What the scheduler rings for the installation as a whole."""

from __future__ import annotations

from celery import shared_task
from django.core.management import call_command

from config import heartbeat as sign


@shared_task(name="config.tasks.heartbeat")
def heartbeat() -> None:
    sign.beat()


@shared_task(name="config.tasks.clear_sessions")
def clear_sessions() -> None:
    call_command("clearsessions")
