"""What to do about limits, decided from the numbers that a connection keeps; whoever keeps them stores what comes."""

from __future__ import annotations

import datetime as dt
from typing import Final, NamedTuple

# Additive increase, multiplicative decrease: a target that pushes back is halved, one that answers is given a bit more.
DECREASE: Final = 0.5
INCREASE_SHARE: Final = 0.02
LOWEST_SHARE: Final = 0.02

FIRST_BACKOFF: Final = 2.0
LONGEST_BACKOFF: Final = 600.0
SHORTEST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 86_400.0
WARN_SHARE: Final = 0.8


def rate_after_throttle(rate: float, limit: float) -> float:
    """The rate after a 429 or 503: half of it, never below a fiftieth of the limit."""
    return max(min(rate, limit) * DECREASE, limit * LOWEST_SHARE)


def rate_after_success(rate: float, limit: float, calls: int = 1) -> float:
    """The rate after so many calls that went well: a fiftieth of the limit more for each second of them, up to it."""
    seconds = calls / max(rate, limit * LOWEST_SHARE)
    return min(limit, rate + limit * INCREASE_SHARE * seconds)


class Budget(NamedTuple):
    """What was used of a daily budget on `day`; no limit where `limit` is None."""

    limit: int | None
    used: int = 0
    day: dt.date | None = None

    def on(self, today: dt.date) -> Budget:
        """The budget as it stands today: a new day begins with nothing used; an earlier day changes nothing."""
        return self if self.day is not None and today <= self.day else Budget(self.limit, 0, today)

    def allows(self, today: dt.date, calls: int = 1) -> bool:
        """Whether so many calls may still be made today."""
        return self.limit is None or self.on(today).used + calls <= self.limit

    def spend(self, today: dt.date, calls: int = 1) -> Budget:
        """The budget after so many calls."""
        now = self.on(today)
        return now._replace(used=now.used + calls)

    def left(self, today: dt.date) -> int | None:
        return None if self.limit is None else max(self.limit - self.on(today).used, 0)

    def nearly_used(self, today: dt.date) -> bool:
        """Whether so much is used that somebody should know."""
        return self.limit is not None and self.on(today).used >= self.limit * WARN_SHARE


def within_share(used: float, allocation: float, share: float) -> bool:
    """Whether a quota that others use, too, is used so little that we may go on: up to our share of it."""
    return allocation <= 0 or used < allocation * share


def pause_seconds(retry_after: float | None, throttles: int, chance: float) -> float:
    """How long a connection rests after a throttle: as long as the target asks, else longer with each one in a row.

    `throttles` counts those in a row, this one included; `chance` is between 0 and 1.
    """
    if retry_after is None:
        return max(backoff_seconds(throttles, chance), SHORTEST_PAUSE)
    return min(max(retry_after, SHORTEST_PAUSE), LONGEST_PAUSE)


def backoff_seconds(tries: int, chance: float) -> float:
    """How long to wait after so many tries: anything up to 2 s, 4 s, 8 s ... 10 min, so that not all come at once."""
    longest = min(FIRST_BACKOFF * 2.0 ** min(max(tries - 1, 0), 30), LONGEST_BACKOFF)
    return longest * chance
