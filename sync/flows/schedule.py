"""When a flow fires: cron expressions in a time zone, daylight saving included. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

# How many missed firings are counted one by one; beyond it there were "at least" so many.
MOST_COUNTED = 1_000


class ScheduleError(ValueError):
    """The text is no schedule; `field` says whether the expression or the zone is wrong."""

    def __init__(self, message: str, *, field: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Firing:
    """The last time a schedule fired, and how many earlier ones since `after` it passes over."""

    fire_at: dt.datetime
    missed: int


def check_schedule(expression: str, time_zone: str) -> None:
    """Raises: ScheduleError."""
    zone = _zone(time_zone)
    if not expression:
        return
    if len(expression.split()) != 5:
        raise ScheduleError(
            "A schedule has five parts.",
            field="schedule",
            remedy="Write minute hour day month weekday, as in 0 6 * * 1.",
        )
    try:
        next(CronSim(expression, dt.datetime.now(zone)))
    except (CronSimError, StopIteration) as error:
        raise ScheduleError(
            f"{expression[:100]!r} is no schedule: {error}.", field="schedule", remedy="Write it as cron reads it."
        ) from None


def last_firing(expression: str, time_zone: str, *, after: dt.datetime, now: dt.datetime) -> Firing | None:
    """Return the last firing in (after, now], or None when there was none."""
    zone = _zone(time_zone)
    # Backwards it leaves out the moment it starts from, so it starts a little later, and may begin beyond now.
    backwards = CronSim(expression, (now + dt.timedelta(seconds=1)).astimezone(zone), reverse=True)
    latest = next(time for time in backwards if time <= now)
    if latest <= after:
        return None
    missed = 0
    times = CronSim(expression, after.astimezone(zone))
    while missed < MOST_COUNTED and next(times) < latest:
        missed += 1
    return Firing(latest.astimezone(dt.UTC), missed)


def next_firing(expression: str, time_zone: str, *, now: dt.datetime) -> dt.datetime:
    """Return when the schedule fires next."""
    return next(CronSim(expression, now.astimezone(_zone(time_zone)))).astimezone(dt.UTC)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ScheduleError(
            f"{name[:60]!r} is no time zone.", field="time_zone", remedy="Write one such as Europe/Vienna or UTC."
        ) from None
