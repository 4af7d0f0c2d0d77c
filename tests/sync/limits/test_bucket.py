"""Turns at a target, from a real Redis: never more than allowed in any window, and hardly less."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator, Sequence

import pytest
import redis
from django.conf import settings

from config import embedded
from config.environment import BASE_DIR
from sync.limits.bucket import AHEAD, ALONE_SHARE, LATE, SHARE, LocalTurns, RateBucket, Turn, wait_for_turn

RATE = 50


@pytest.fixture
def client() -> redis.Redis:
    embedded.ensure()
    return redis.Redis.from_url(settings.REDIS_URL)


@pytest.fixture
def name(client: redis.Redis) -> Iterator[str]:
    made = f"test-{uuid.uuid4()}"
    yield made
    client.delete(key_of(made))


def key_of(name: str) -> str:
    return f"touchstone:rate:{name}"


def taken(bucket: RateBucket, name: str, count: int, rate: float = RATE) -> list[float]:
    """Moments of so many turns, asked for as fast as they are given."""
    moments: list[float] = []
    while len(moments) < count:
        turn = bucket.take(name, rate)
        if turn.taken:
            moments.append(time.monotonic() + turn.wait)
        else:
            time.sleep(turn.wait)
    return moments


def busiest(moments: Sequence[float], seconds: float) -> int:
    """The most of them in any window of so many seconds."""
    ordered, most, first = sorted(moments), 0, 0
    for last, moment in enumerate(ordered):
        while ordered[first] <= moment - seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


def test_a_missing_key_is_an_empty_bucket(client: redis.Redis, name: str) -> None:
    bucket = RateBucket(client)

    first = bucket.take(name, RATE)
    time.sleep(first.wait)
    second = bucket.take(name, RATE)

    assert not first.taken and 0 < first.wait <= 1 / (RATE * SHARE) + 0.001
    assert second.taken and second.wait > 0


def test_time_in_which_nobody_sent_is_not_saved_up(client: redis.Redis, name: str) -> None:
    bucket = RateBucket(client)
    taken(bucket, name, 1)
    time.sleep(AHEAD + 0.3)

    burst = taken(bucket, name, 5)

    assert burst[4] - burst[0] >= 4 / RATE * 0.9


def test_a_flushed_redis_gives_no_second_helping(client: redis.Redis, name: str) -> None:
    """Those who took turns before it are still waiting for them."""
    bucket = RateBucket(client)
    before = taken(bucket, name, 12)
    client.delete(key_of(name))
    after = taken(bucket, name, 12)

    assert min(after) >= max(before)


def test_a_rate_that_was_lowered_counts_at_once(client: redis.Redis, name: str) -> None:
    bucket = RateBucket(client)
    taken(bucket, name, 3)

    slow = taken(bucket, name, 3, rate=5)

    assert slow[2] - slow[1] >= 0.19


def test_a_moment_far_ahead_is_not_believed(client: redis.Redis, name: str) -> None:
    """A clock that went back would hold the target's door closed for as long."""
    client.set(key_of(name), str(int((time.time() + 3_600) * 1_000_000)))

    turn = RateBucket(client).take(name, RATE)

    assert turn.wait < 1


def test_turns_of_one_target_do_not_count_for_another(client: redis.Redis, name: str) -> None:
    bucket = RateBucket(client)
    taken(bucket, name, 3, rate=1 / SHARE * 4)

    other = taken(bucket, f"{name}-other", 1)
    client.delete(key_of(f"{name}-other"))

    assert other[0] - time.monotonic() <= AHEAD


def test_the_key_is_forgotten_when_nobody_sends_for_long(client: redis.Redis, name: str) -> None:
    RateBucket(client).take(name, RATE)

    assert 0 < client.ttl(key_of(name)) <= 3_600


def test_without_redis_each_process_goes_on_at_a_tenth(name: str) -> None:
    bucket = RateBucket.at("redis://127.0.0.1:1/0")

    started = time.monotonic()
    turns = [bucket.take(name, 1_000) for _ in range(200)]
    took = time.monotonic() - started

    given = sum(turn.taken for turn in turns)
    assert 0 < given <= (took + AHEAD) * 1_000 * ALONE_SHARE + 1
    assert took < 2


def test_a_turn_that_was_slept_through_is_let_go() -> None:
    class Sleepy:
        asked = 0

        def take(self, name: str, rate: float) -> Turn:
            self.asked += 1
            return Turn(True, 0.0)

    turns, late = Sleepy(), [LATE * 2, 0.0]
    real_sleep = time.sleep

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "sleep", lambda seconds: real_sleep(late.pop(0)))
        came = wait_for_turn(turns, "x", RATE, patience=5)

    assert came and turns.asked == 2


def test_whoever_has_no_patience_is_told_so() -> None:
    turns = LocalTurns()
    assert wait_for_turn(turns, "x", 0.5, patience=0.1) is False
    assert wait_for_turn(turns, "x", None, patience=0) is True


WORKER = """
import sys, threading, time
from sync.limits.bucket import RateBucket, wait_for_turn
url, name, until = sys.argv[1], sys.argv[2], float(sys.argv[3])
bucket, sent = RateBucket.at(url), []
def work():
    while time.time() < until:
        if wait_for_turn(bucket, name, 50, patience=1) and time.time() < until:
            sent.append(time.time())
            time.sleep(0.03)
threads = [threading.Thread(target=work) for _ in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(*sent)
"""


def test_four_workers_keep_to_the_rate_and_use_it(client: redis.Redis, name: str) -> None:
    """No more in any second or ten, measured when they would send; that they use it whole is for a bench to say."""
    until = time.time() + 12
    command = [sys.executable, "-c", WORKER, settings.REDIS_URL, name, str(until)]
    workers = [subprocess.Popen(command, cwd=BASE_DIR, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    outputs = [worker.communicate(timeout=40)[0].split() for worker in workers]

    sent = sorted(float(moment) for output in outputs for moment in output)
    assert all(outputs)
    assert busiest(sent, 1.0) <= 55
    assert busiest(sent, 10.0) <= 505
    assert len(sent) > 0.5 * RATE * (sent[-1] - sent[0])


def test_threads_that_ask_at_once_get_turns_of_their_own(client: redis.Redis, name: str) -> None:
    bucket, moments, lock = RateBucket(client), list[float](), threading.Lock()

    def ask() -> None:
        mine = taken(bucket, name, 5)
        with lock:
            moments.extend(mine)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert len(moments) == 30
    assert max(moments) - min(moments) >= 29 / RATE * 0.95
