from __future__ import annotations

import datetime as dt

import pytest

from sync.flows.schedule import ScheduleError, check_schedule, last_firing, next_firing

VIENNA = "Europe/Vienna"


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{text}+00:00")


@pytest.mark.parametrize(
    ("after", "now", "fired", "missed"),
    [
        ("2026-11-02T04:00", "2026-11-02T04:59", None, 0),
        ("2026-11-02T04:00", "2026-11-02T05:00", "2026-11-02T05:00", 0),
        ("2026-11-02T04:00", "2026-11-02T04:59:59.4", None, 0),
        ("2026-11-02T05:00", "2026-11-02T23:00", None, 0),
        ("2026-11-02T05:00", "2026-11-05T12:00", "2026-11-05T05:00", 2),
        # Six o'clock is five in winter and four in summer.
        ("2026-03-28T12:00", "2026-03-29T12:00", "2026-03-29T04:00", 0),
        ("2026-10-24T12:00", "2026-10-25T12:00", "2026-10-25T05:00", 0),
    ],
)
def test_a_daily_schedule_fires_by_the_clock_on_the_wall(after: str, now: str, fired: str | None, missed: int) -> None:
    firing = last_firing("0 6 * * *", VIENNA, after=at(after), now=at(now))

    assert (firing.fire_at if firing else None) == (at(fired) if fired else None)
    assert (firing.missed if firing else 0) == missed


def test_a_time_that_the_clock_skips_fires_once_and_one_that_it_repeats_fires_once() -> None:
    skipped = last_firing("30 2 * * *", VIENNA, after=at("2026-03-28T12:00"), now=at("2026-03-29T12:00"))
    repeated = last_firing("30 2 * * *", VIENNA, after=at("2026-10-24T12:00"), now=at("2026-10-25T12:00"))

    assert skipped is not None and (skipped.fire_at, skipped.missed) == (at("2026-03-29T01:00"), 0)
    assert repeated is not None and (repeated.fire_at, repeated.missed) == (at("2026-10-25T00:30"), 0)


def test_the_next_firing_is_told() -> None:
    assert next_firing("0 6 * * 1", VIENNA, now=at("2026-11-26T00:00")) == at("2026-11-30T05:00")


@pytest.mark.parametrize(
    ("expression", "zone", "field"),
    [
        ("0 6 * *", "UTC", "schedule"),
        ("61 6 * * *", "UTC", "schedule"),
        ("0 0 31 2 *", "UTC", "schedule"),
        ("* * * * * *", "UTC", "schedule"),
        ("0 6 * * *", "Mars/Base", "time_zone"),
        ("", "../etc/passwd", "time_zone"),
    ],
)
def test_what_is_no_schedule_is_refused(expression: str, zone: str, field: str) -> None:
    with pytest.raises(ScheduleError) as refused:
        check_schedule(expression, zone)

    assert refused.value.field == field
