"""A key in Redis that lives only while a scheduler rings and a worker answers."""

from __future__ import annotations

import time

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

KEY = "touchstone:heartbeat"
EXPIRES_SECONDS = 60


def beat() -> None:
    """Say that the scheduler rang and a worker answered."""
    client().set(KEY, str(int(time.time())), ex=EXPIRES_SECONDS)


def client() -> redis.Redis:
    """Return a connection to the broker's Redis that gives up quickly."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, retry=Retry(NoBackoff(), 0))
