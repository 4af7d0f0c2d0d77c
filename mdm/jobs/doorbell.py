"""Waking workers. The table is the queue: a ring that gets lost costs seconds, because `sweep` rings again."""

from __future__ import annotations

import logging

from celery import current_app
from django.db import transaction

from mdm.jobs.limits import parallel

logger = logging.getLogger(__name__)

WORK = "mdm.jobs.tasks.work"


def ring(times: int = 1) -> None:
    """Wake up to `times` workers once the caller's transaction has committed."""
    wanted = min(times, parallel())
    if wanted > 0:
        transaction.on_commit(lambda: _send(wanted))


def _send(times: int) -> None:
    try:
        for _ in range(times):
            # A ring nobody heard for a while is stale: whoever sweeps rings again.
            current_app.send_task(WORK, expires=10, retry=False, ignore_result=True)
    except Exception as error:  # the broker may be down in many ways, and none of them may stop the caller
        logger.warning(
            "The doorbell is silent (%s): work starts with the next sweep.",
            type(error).__name__,
        )
