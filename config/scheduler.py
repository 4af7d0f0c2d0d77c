"""`python -m config.scheduler`: the scheduler. It rings by name, so it needs neither Django nor one of the tasks."""

from __future__ import annotations

import logging.config
from typing import Any

from celery import Celery
from celery.signals import setup_logging

from config import settings

app = Celery("touchstone", fixups=[])
app.config_from_object(settings, namespace="CELERY")


def _log_as_the_others_do(**given: Any) -> None:
    logging.config.dictConfig(settings.LOGGING)


setup_logging.connect(_log_as_the_others_do)


if __name__ == "__main__":
    app.Beat(loglevel="WARNING", quiet=True).run()
