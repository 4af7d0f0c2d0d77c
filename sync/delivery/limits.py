"""The figures of the delivery protocol, with the values that suit most; a deployment may set some."""

from __future__ import annotations

import datetime as dt
import random
from typing import Final

from django.conf import settings

from sync.targets.connectors import SHARE_OF_LEASE

MOST_TRIES: Final = 12
OLDEST: Final = dt.timedelta(hours=72)
CRASHES_UNTIL_DEAD: Final = 3
# From so many on a delivery is claimed alone: what shares a worker with a poisonous one is not blamed for it.
SUSPECT_CRASHES: Final = 2
BREAKER_FAILURES: Final = 5
BREAKER_LONGEST: Final = 600.0
LONGEST_BACKOFF: Final = 600.0
# A target's own trouble is waited out shortly: the breaker does the long waiting, for all deliveries at once.
LONGEST_TARGET_BACKOFF: Final = 30.0
CONFIRM_SECONDS: Final = 5.0
WAITING_SECONDS: Final = 60.0
THROTTLE_SECONDS: Final = 10.0
NO_TURN_SECONDS: Final = 0.5


def lease_seconds() -> float:
    """Return how long a silent worker keeps a delivery; longer than any call may take."""
    return float(getattr(settings, "DELIVERY_LEASE_SECONDS", 60))


def call_seconds(usual: float) -> float:
    """Return how long a call may take that usually may take `usual` seconds: less where the lease is short."""
    return min(usual, lease_seconds() * SHARE_OF_LEASE)


def sweep_seconds() -> float:
    """Return the time between two looks for what fell by the wayside."""
    return float(getattr(settings, "DELIVERY_SWEEP_SECONDS", 5))


def threads() -> int:
    """Return how many deliveries one process makes at a time."""
    return int(getattr(settings, "DELIVERY_THREADS", 16))


def retry_seconds() -> float:
    """Return the base of the pause before another try; it doubles with each."""
    return float(getattr(settings, "DELIVERY_RETRY_SECONDS", 2.0))


def breaker_seconds() -> float:
    """Return how long an opened breaker lets nothing through; it doubles with each probe that fails."""
    return float(getattr(settings, "DELIVERY_BREAKER_SECONDS", 15.0))


def backoff(failures: int, *, longest: float = LONGEST_BACKOFF) -> float:
    """Return the seconds to wait after so many failures: between nothing and the doubled base, so that those that
    failed together do not come back together.
    """
    return random.uniform(0, min(longest, retry_seconds() * 2.0 ** min(failures, 20)))  # noqa: S311 - no secret
