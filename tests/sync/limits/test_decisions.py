"""Decisions about limits, from numbers to numbers."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.limits.decisions import (
    LONGEST_BACKOFF,
    LONGEST_PAUSE,
    Budget,
    backoff_seconds,
    pause_seconds,
    rate_after_success,
    rate_after_throttle,
    within_share,
)

MONDAY, TUESDAY = dt.date(2026, 11, 23), dt.date(2026, 11, 24)


def test_a_target_that_pushes_back_gets_half_and_wins_it_back_slowly() -> None:
    halved = rate_after_throttle(50, 50)

    second = rate_after_success(halved, 50, calls=25)
    rate = halved
    for _ in range(5_000):
        rate = rate_after_success(rate, 50)

    assert halved == 25
    assert second == pytest.approx(26)
    assert rate == 50


@given(st.floats(0.01, 1_000), st.lists(st.booleans(), max_size=200))
def test_the_rate_stays_between_a_fiftieth_and_the_limit(limit: float, throttled: list[bool]) -> None:
    rate = limit
    for each in throttled:
        rate = rate_after_throttle(rate, limit) if each else rate_after_success(rate, limit)
        assert limit / 50 <= rate * 1.000001 and rate <= limit


def test_a_limit_that_was_lowered_counts_at_once() -> None:
    assert rate_after_success(50, 10) == 10


def test_a_budget_is_spent_to_its_end_and_begins_anew_with_the_day() -> None:
    budget = Budget(3).spend(MONDAY, 2)

    assert budget == Budget(3, 2, MONDAY)
    assert budget.allows(MONDAY) and not budget.allows(MONDAY, 2)
    assert not budget.spend(MONDAY).allows(MONDAY)
    assert budget.spend(MONDAY).left(MONDAY) == 0
    assert budget.allows(TUESDAY, 3) and budget.spend(TUESDAY) == Budget(3, 1, TUESDAY)


def test_a_clock_that_goes_back_gives_no_second_budget() -> None:
    used_up = Budget(3, 3, TUESDAY)

    assert not used_up.allows(MONDAY)
    assert used_up.spend(MONDAY) == Budget(3, 4, TUESDAY)


def test_no_budget_is_no_limit() -> None:
    assert Budget(None, 10**9, MONDAY).allows(MONDAY) and Budget(None).left(MONDAY) is None


@pytest.mark.parametrize(("used", "told"), [(79, False), (80, True), (100, True)])
def test_somebody_is_told_before_a_budget_is_used_up(used: int, told: bool) -> None:
    assert Budget(100, used, MONDAY).nearly_used(MONDAY) is told


@pytest.mark.parametrize(("used", "allocation", "goes_on"), [(19, 100, True), (20, 100, False), (5, 0, True)])
def test_a_shared_quota_is_used_up_to_our_share(used: int, allocation: int, goes_on: bool) -> None:
    assert within_share(used, allocation, 0.2) is goes_on


@pytest.mark.parametrize(
    ("asked", "throttles", "seconds"),
    [
        (3_600, 1, 3_600),
        (0, 1, 1),
        (10**9, 1, LONGEST_PAUSE),
        (None, 1, 1),
        (None, 4, 8),
        (None, 99, LONGEST_BACKOFF / 2),
    ],
)
def test_a_pause_is_what_the_target_asks_or_longer_each_time(asked: float, throttles: int, seconds: float) -> None:
    assert pause_seconds(asked, throttles, 0.5) == seconds


@given(st.integers(-5, 10**6), st.floats(0, 1))
def test_a_wait_before_the_next_try_is_bounded(tries: int, chance: float) -> None:
    assert 0 <= backoff_seconds(tries, chance) <= LONGEST_BACKOFF
