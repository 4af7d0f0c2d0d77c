"""How much may leave for one connection now, and why not more. Pure."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Final

# So many seconds' worth of its rate may be under way: enough to keep a slow target busy, little enough to stop soon.
SECONDS_UNDER_WAY: Final = 2.0


@dataclass(frozen=True, slots=True)
class Valve:
    """What decides whether a connection may be sent to, as its row has it."""

    installation_sending: bool
    sending: bool
    status: str
    breaker: str
    open_until: dt.datetime | None
    paused_until: dt.datetime | None
    rate_per_second: float | None
    slots: int
    daily_budget: int | None
    used_today: int
    budget_day: dt.date | None


@dataclass(frozen=True, slots=True)
class Opening:
    """How many deliveries may be claimed; `reason` is a word when it is none. `probes`: the breaker lets one try."""

    count: int
    reason: str = ""
    probes: bool = False


def opening(valve: Valve, *, under_way: int, now: dt.datetime) -> Opening:
    """Return how many more deliveries may leave at `now`, with so many under way."""
    closed = _closed(valve, now)
    if closed:
        return Opening(0, closed)
    if valve.breaker != "CLOSED":
        return Opening(0, "breaker") if under_way else Opening(1, probes=True)
    free = valve.slots - under_way
    if valve.rate_per_second is not None:
        free = min(free, max(1, math.floor(valve.rate_per_second * SECONDS_UNDER_WAY)) - under_way)
    if free <= 0:
        return Opening(0, "slots")
    left = budget_left(valve, now)
    if left is not None and left <= 0:
        return Opening(0, "budget")
    return Opening(free if left is None else min(free, left))


def budget_left(valve: Valve, now: dt.datetime) -> int | None:
    """Return how much of the day's budget is left; None is without limit. Days are those of UTC."""
    if valve.daily_budget is None:
        return None
    used = valve.used_today if valve.budget_day == now.astimezone(dt.UTC).date() else 0
    return max(0, valve.daily_budget - used)


def _closed(valve: Valve, now: dt.datetime) -> str:
    if not valve.installation_sending:
        return "installation"
    if not valve.sending:
        return "switch"
    if valve.status != "OK":
        return "paused"
    if valve.paused_until is not None and valve.paused_until > now:
        return "throttled"
    if valve.breaker != "CLOSED" and valve.open_until is not None and valve.open_until > now:
        return "breaker"
    return ""
