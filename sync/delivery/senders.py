"""The threads of one process that make deliveries.

Several push, one begins attempts and one settles them: what is ready while these two are busy is begun, or settled,
together, in one transaction. Between the two no database is needed.
"""

from __future__ import annotations

import logging
import queue
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, Protocol, TypeVar

from django.db import Error, connection, connections

from sync.delivery.claimed import Claimed
from sync.delivery.operations.attempt import Begun
from sync.delivery.operations.send import Errand, begin, push, send, settle_pushed
from sync.delivery.operations.settle import Ended
from sync.delivery.preparing import Prepared
from sync.delivery.rebasing import asks_target, prepare_call

logger = logging.getLogger(__name__)

MOST_AT_ONCE: Final = 64
# While all threads push, what ended waits a moment for others: to settle a few costs nearly as much as to settle many.
GATHER_SECONDS: Final = 0.08
# They wait far more than they compute: whoever comes back from the database is not to stand in line for the others.
SWITCH_SECONDS: Final = 0.001


@dataclass(frozen=True, slots=True)
class Unit:
    """What one call takes; `prepared` once it was made ready."""

    claimed: Sequence[Claimed]
    errand: Errand
    prepared: Sequence[Prepared] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """A call whose attempts are begun."""

    begun: Sequence[Begun]
    errand: Errand


@dataclass(frozen=True, slots=True)
class Pushed:
    """What one call came to."""

    ended: Sequence[Ended]
    errand: Errand


class Waiting(Protocol):
    """What several of are dealt with together."""

    @property
    def errand(self) -> Errand: ...


W = TypeVar("W", bound=Waiting)


class Senders:
    """Threads that take units of work in turn. `done` is set whenever more are worth handing over, and whenever some
    were settled; `pushing` counts those not pushed yet, `under_way` also those not settled yet. `in_want` is for the
    caller to set while what is due cannot be claimed: what ended may hold just the slots that are missing.
    """

    def __init__(self, threads: int) -> None:
        self.done = threading.Event()
        self.in_want = threading.Event()
        self.made = self.pushing = self.under_way = 0
        self._size = threads
        self._to_begin: queue.SimpleQueue[Unit | None] = queue.SimpleQueue()
        self._work: queue.SimpleQueue[Unit | Call | None] = queue.SimpleQueue()
        self._pushed: queue.SimpleQueue[Pushed | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._beginner = self._settler = threading.Thread()
        self._lock = threading.Lock()

    @property
    def room(self) -> int:
        """How many more calls can be taken: twice as many as push wait for a thread, so that no thread waits for a
        claim; and none, once settling falls behind.
        """
        settling = self.under_way - self.pushing
        return 3 * self._size - self.pushing if settling <= 4 * self._size else 0

    @property
    def idles(self) -> bool:
        """Whether so many can be taken that they are worth a claim: a few cost as much as many."""
        return not self.pushing or self.room >= self._size

    def hand(self, unit: Unit) -> None:
        """The unit is begun as soon as may be, and made by the next free thread."""
        self._start()
        self._count(pushing=1, under_way=1)
        # Whoever asks the target something may wait long: not where all the others' attempts are begun.
        asks = any(asks_target(one, unit.errand.connector) for one in unit.claimed)
        (self._work if asks else self._to_begin).put(unit)

    def make_here(self, unit: Unit) -> None:
        """The unit is made by the caller's thread."""
        self._guarded(lambda: self._count(made=send(claimed=unit.claimed, errand=unit.errand)))

    def stop(self, seconds: float) -> list[Claimed]:
        """End what is begun, for at most `seconds`; return what nobody began."""
        if not self._threads:
            return []
        over_at = time.monotonic() + seconds
        left = _taken(self._to_begin)
        self._to_begin.put(None)
        self._beginner.join(max(0.0, over_at - time.monotonic()))
        work = _taken(self._work)
        left += [one for one in work if isinstance(one, Unit)]
        for each in (*(one for one in work if isinstance(one, Call)), *(None for _ in self._threads)):
            self._work.put(each)
        for thread in self._threads:
            thread.join(max(0.0, over_at - time.monotonic()))
        self._pushed.put(None)
        self._settler.join(max(0.0, over_at - time.monotonic()))
        self._threads.clear()
        left += _taken(self._to_begin)
        return [one for unit in left if unit is not None for one in unit.claimed]

    def _start(self) -> None:
        if self._threads:
            return
        self._beginner = threading.Thread(target=self._begin, name="beginner", daemon=True)
        self._settler = threading.Thread(target=self._settle, name="settler", daemon=True)
        names = [f"sender-{number}" for number in range(self._size)]
        self._threads += [threading.Thread(target=self._push, name=name, daemon=True) for name in names]
        sys.setswitchinterval(min(SWITCH_SECONDS, sys.getswitchinterval()))
        for thread in (self._beginner, self._settler, *self._threads):
            thread.start()

    def _prepare(self, unit: Unit) -> None:
        prepared: list[Prepared] = []
        if self._guarded(lambda: prepared.extend(prepare_call(unit.claimed, unit.errand.connector))):
            self._to_begin.put(replace(unit, prepared=prepared))
        else:
            self._count(pushing=-1, under_way=-1)

    def _begin(self) -> None:
        while several := _together(self._to_begin):
            left = _together_or_alone(several, self._begun)
            self._count(pushing=-left, under_way=-left)
        connections.close_all()

    def _begun(self, units: Sequence[Unit]) -> bool:
        errand = units[-1].errand
        calls: list[list[Begun]] = []
        if not self._guarded(lambda: calls.extend(begin(calls=[_prepared(unit) for unit in units], errand=errand))):
            return False
        for begun in calls:
            if begun:
                self._work.put(Call(begun, errand))
            else:
                self._count(pushing=-1, under_way=-1)
        return True

    def _push(self) -> None:
        while (work := self._work.get()) is not None:
            if isinstance(work, Unit):
                self._prepare(work)
                continue
            ended: list[Ended] = []
            self._guarded(partial(_push_into, ended, work))
            if ended:
                self._pushed.put(Pushed(ended, work.errand))
            self._count(pushing=-1, under_way=0 if ended else -1)
        connections.close_all()

    def _settle(self) -> None:
        while several := _together(self._pushed, self._gather):
            _together_or_alone(several, self._settled)
            self._count(under_way=-len(several))
        connections.close_all()

    def _gather(self) -> None:
        if self.pushing >= self._size:
            self.in_want.wait(GATHER_SECONDS)

    def _settled(self, pushed: Sequence[Pushed]) -> bool:
        ended = [one for each in pushed for one in each.ended]
        if not self._guarded(lambda: settle_pushed(ended=ended, errand=pushed[-1].errand)):
            return False
        self._count(made=len(ended))
        return True

    def _guarded(self, act: Callable[[], None]) -> bool:
        """Whatever goes wrong here ends with the lease: nobody else is to know of it."""
        try:
            act()
        except Error as error:
            logger.warning("The database did not answer (%s): a lease will run out.", type(error).__name__)
            connection.close()
        except Exception as error:  # its text may hold somebody's data
            logger.error("A delivery failed with %s: its lease will run out.", type(error).__name__)
            connection.close()
        else:
            return True
        return False

    def _count(self, *, made: int = 0, pushing: int = 0, under_way: int = 0) -> None:
        with self._lock:
            self.made += made
            self.pushing += pushing
            self.under_way += under_way
        if made or self.idles:
            self.done.set()


def _push_into(ended: list[Ended], call: Call) -> None:
    ended += push(begun=call.begun, errand=call.errand)


def _prepared(unit: Unit) -> Sequence[Prepared]:
    return unit.prepared or prepare_call(unit.claimed, unit.errand.connector)


def _together(line: queue.SimpleQueue[W | None], gather: Callable[[], None] = lambda: None) -> list[W]:
    """Return the next in line, waited for, and whoever else is there once it was gathered; nobody at the end."""
    several: list[W] = []
    one = line.get()
    if one is not None:
        gather()
    while one is not None:
        several.append(one)
        if len(several) == MOST_AT_ONCE:
            return several
        try:
            one = line.get_nowait()
        except queue.Empty:
            return several
    if several:
        line.put(None)
    return several


def _together_or_alone(several: Sequence[W], act: Callable[[Sequence[W]], bool]) -> int:
    """Act on all of one system together; where that fails on each alone, so that none keeps others from it. Return for
    how many it failed.
    """
    failed = 0
    for system in sorted({one.errand.system for one in several}):
        mine = [one for one in several if one.errand.system == system]
        if not act(mine):
            failed += sum(not act([one]) for one in mine) if len(mine) > 1 else 1
    return failed


def _taken(line: queue.SimpleQueue[Any]) -> list[Any]:
    """Return what waits in the line, and leave it empty."""
    found = []
    with suppress(queue.Empty):
        while True:
            found.append(line.get_nowait())
    return found
