"""Waking a worker that makes deliveries. A ring that gets lost costs a sweep."""

from __future__ import annotations

import logging

from celery import current_app

logger = logging.getLogger(__name__)

DELIVER = "sync.delivery.tasks.deliver"


def ring() -> None:
    """Wake one worker; whatever the broker does stops nobody."""
    try:
        current_app.send_task(DELIVER, expires=10, retry=False, ignore_result=True)
    except Exception as error:  # the broker may be down in many ways
        logger.warning("The doorbell is silent (%s): deliveries start with the next sweep.", type(error).__name__)
