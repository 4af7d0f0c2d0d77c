"""`manage.py dispatch`: make deliveries in this process, without Celery."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from mdm.accounts.queries import machine_actor
from sync.delivery import limits
from sync.delivery.dispatcher import Dispatcher
from sync.limits.bucket import RateBucket


class Command(BaseCommand):
    help = "Make deliveries in this process until it is stopped; no Celery needed, and safe beside any others."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--threads", type=int, default=None, metavar="N", help="calls at a time")
        parser.add_argument("--until-quiet", action="store_true", help="end when nothing is left to send")

    def handle(self, *args: Any, threads: int | None, until_quiet: bool, **options: Any) -> None:
        dispatcher = Dispatcher(
            actor=machine_actor(), turns=RateBucket.at(settings.REDIS_URL), threads=threads or limits.threads()
        )
        with _told_to_stop() as told:
            sent = dispatcher.run(told_to_stop=told.is_set, until_quiet=until_quiet)
        self.stdout.write(f"{'Stopped' if told.is_set() else 'Nothing left to send'}; {sent} calls made here.")


@contextmanager
def _told_to_stop() -> Iterator[threading.Event]:
    """SIGTERM, or Ctrl-C, lets what is under way end."""
    told = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield told
        return
    before = {number: signal.signal(number, lambda *_: told.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
