"""What the doorbell starts: the table is the queue, a lost ring costs a sweep."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings

from mdm.accounts.queries import machine_actor
from sync.delivery import limits
from sync.delivery.dispatcher import Dispatcher
from sync.delivery.doorbell import ring
from sync.delivery.operations.fan_out import fan_out
from sync.delivery.operations.sweep import sweep as sweep_deliveries
from sync.delivery.queries.due import due_systems
from sync.limits.bucket import RateBucket

SECONDS = 20.0
THREADS = 4


@shared_task(name="sync.delivery.tasks.deliver", ignore_result=True)
def deliver(**_: object) -> None:
    """Make what is due for some seconds, and ring again if there is more: no worker is held for long."""
    threads = min(THREADS, limits.threads())
    dispatcher = Dispatcher(actor=machine_actor(), turns=RateBucket.at(settings.REDIS_URL), threads=threads)
    dispatcher.run(told_to_stop=lambda: False, until_quiet=True, seconds=SECONDS)
    if due_systems():
        ring()


@shared_task(name="sync.delivery.tasks.sweep", ignore_result=True)
def sweep(**_: object) -> None:
    """Turn what changed into deliveries, mend what was left behind, and wake somebody where something is due."""
    while fan_out().more:
        pass
    sweep_deliveries(actor=machine_actor())
    if due_systems():
        ring()
