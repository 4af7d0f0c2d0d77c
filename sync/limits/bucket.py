"""Turns at a target: so many a second for all processes together, evenly spaced, kept in Redis.

Each turn is a moment of its own: whoever takes one waits for its moment and then sends. Nothing is saved up while
nobody sends, so there is no burst to come. A key that is missing is an empty bucket: what was given out before it was
lost may still be waiting for its moment, so new turns begin after that.
"""

from __future__ import annotations

import threading
import time
from typing import Any, Final, NamedTuple, Protocol

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

# Turns are given out this share slower than allowed: what is late by a moment must not make a second too full.
SHARE: Final = 0.995
# How far ahead turns are given out, in seconds; and how late a turn may be used.
AHEAD: Final = 0.25
LATE: Final = 0.07
KEPT_SECONDS: Final = 3_600
# Without Redis each process goes on alone, at this share of the rate.
ALONE_SHARE: Final = 0.1
ALONE_SECONDS: Final = 1.0

# KEYS[1] = moment of the next free turn (microseconds); ARGV = interval, ahead (microseconds), kept (seconds).
# Answers: microseconds until the turn taken, or minus the microseconds until one can be taken.
SCRIPT: Final = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local interval, ahead = tonumber(ARGV[1]), tonumber(ARGV[2])
local free = tonumber(redis.call('GET', KEYS[1]))
if not free or free > now + ahead + 2 * interval then free = now + ahead + interval end
if free < now then free = now end
local wait = free - now
if wait > ahead then
  redis.call('SET', KEYS[1], string.format('%.0f', free), 'EX', ARGV[3])
  return -(wait - ahead)
end
redis.call('SET', KEYS[1], string.format('%.0f', free + interval), 'EX', ARGV[3])
return wait
"""


class Turn(NamedTuple):
    """A turn after `wait` seconds; or, if `taken` is false, none yet: ask again after `wait` seconds."""

    taken: bool
    wait: float


class Turns(Protocol):
    """Where turns come from."""

    def take(self, name: str, rate: float) -> Turn: ...


class RateBucket:
    """Turns of all processes that share one Redis. Threads may share it."""

    def __init__(self, client: redis.Redis, prefix: str = "touchstone:rate:") -> None:
        self._client = client
        self._script = client.register_script(SCRIPT)
        self._prefix = prefix
        self._alone = LocalTurns()
        self._alone_until = 0.0

    @classmethod
    def at(cls, url: str) -> RateBucket:
        """A bucket in the Redis at this address, given up quickly when it does not answer."""
        return cls(
            redis.Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5, retry=Retry(NoBackoff(), 0))
        )

    def take(self, name: str, rate: float) -> Turn:
        """A turn at the target of this name, at most `rate` a second. Without Redis this process goes at a tenth."""
        if time.monotonic() < self._alone_until:
            return self._alone.take(name, rate * ALONE_SHARE)
        try:
            answer: Any = self._script(
                keys=[f"{self._prefix}{name}"], args=[_micro(1 / (rate * SHARE)), _micro(AHEAD), KEPT_SECONDS]
            )
        except redis.RedisError:
            self._alone_until = time.monotonic() + ALONE_SECONDS
            return self._alone.take(name, rate * ALONE_SHARE)
        return Turn(answer >= 0, abs(int(answer)) / 1_000_000)


class LocalTurns:
    """Turns of this process alone: when Redis does not answer, and in tests."""

    def __init__(self) -> None:
        self._free: dict[str, float] = {}
        self._lock = threading.Lock()

    def take(self, name: str, rate: float) -> Turn:
        """A turn at the target of this name, at most `rate` a second."""
        interval = 1 / (rate * SHARE)
        with self._lock:
            now = time.monotonic()
            free = max(self._free.get(name, now + interval), now)
            if free - now > AHEAD:
                self._free[name] = free
                return Turn(False, free - now - AHEAD)
            self._free[name] = free + interval
            return Turn(True, free - now)


def wait_for_turn(turns: Turns, name: str, rate: float | None, *, patience: float) -> bool:
    """Wait until it is our turn; false when that would take longer than `patience` seconds. Send at once after true.

    A turn that was slept through is let go, and another taken: late ones would come on top of those on time.
    """
    if rate is None:
        return True
    give_up = time.monotonic() + patience
    while True:
        turn = turns.take(name, rate)
        due = time.monotonic() + turn.wait
        if not turn.taken and due > give_up:
            return False
        time.sleep(turn.wait)
        if turn.taken and time.monotonic() - due <= LATE:
            return True


def _micro(seconds: float) -> int:
    return max(int(seconds * 1_000_000), 1)
