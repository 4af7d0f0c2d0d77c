"""The threads of one process that make deliveries, each with a database connection of its own.

Several push, one settles: what was pushed while it was busy is settled together, in one transaction.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from django.db import Error, connection, connections

from sync.delivery.claimed import Claimed
from sync.delivery.operations.send import Errand, push, send, settle_pushed
from sync.delivery.operations.settle import Ended

logger = logging.getLogger(__name__)

MOST_AT_ONCE: Final = 32


@dataclass(frozen=True, slots=True)
class Unit:
    """What one call takes."""

    claimed: Sequence[Claimed]
    errand: Errand


@dataclass(frozen=True, slots=True)
class Pushed:
    """What one call came to."""

    ended: Sequence[Ended]
    errand: Errand


def _push_into(ended: list[Ended], unit: Unit) -> None:
    ended += push(claimed=unit.claimed, errand=unit.errand)


class Senders:
    """Threads that take units of work in turn. `done` is set whenever one was pushed, and whenever some were settled;
    `pushing` counts those not pushed yet, `under_way` also those not settled yet.
    """

    def __init__(self, threads: int) -> None:
        self.done = threading.Event()
        self.made = self.pushing = self.under_way = 0
        self._size = threads
        self._work: queue.SimpleQueue[Unit | None] = queue.SimpleQueue()
        self._pushed: queue.SimpleQueue[Pushed | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._settler = threading.Thread()
        self._lock = threading.Lock()

    def hand(self, unit: Unit) -> None:
        """The unit is made by the next free thread."""
        self._start()
        self._count(pushing=1, under_way=1)
        self._work.put(unit)

    def make_here(self, unit: Unit) -> None:
        """The unit is made by the caller's thread."""
        self._guarded(lambda: self._count(made=send(claimed=unit.claimed, errand=unit.errand)))

    def stop(self, seconds: float) -> list[Claimed]:
        """End what is begun, for at most `seconds`; return what nobody began."""
        left: list[Claimed] = []
        while not self._work.empty():
            unit = self._work.get()
            left += unit.claimed if unit else ()
        for _ in self._threads:
            self._work.put(None)
        over_at = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, over_at - time.monotonic()))
        if self._threads:
            self._pushed.put(None)
            self._settler.join(max(0.0, over_at - time.monotonic()))
        self._threads.clear()
        return left

    def _start(self) -> None:
        if not self._threads:
            self._settler = threading.Thread(target=self._settle, name="settler", daemon=True)
            self._settler.start()
        while len(self._threads) < self._size:
            thread = threading.Thread(target=self._push, name=f"sender-{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _push(self) -> None:
        while (unit := self._work.get()) is not None:
            ended: list[Ended] = []
            self._guarded(partial(_push_into, ended, unit))
            if ended:
                self._pushed.put(Pushed(ended, unit.errand))
            self._count(pushing=-1, under_way=0 if ended else -1)
        connections.close_all()

    def _settle(self) -> None:
        going_on = True
        while going_on:
            several = [self._pushed.get()]
            while len(several) < MOST_AT_ONCE and not self._pushed.empty():
                several.append(self._pushed.get())
            going_on = None not in several
            self._settle_all([one for one in several if one is not None])
        connections.close_all()

    def _settle_all(self, several: Sequence[Pushed]) -> None:
        for system in sorted({one.errand.system for one in several}):
            mine = [one for one in several if one.errand.system == system]
            # One that cannot be settled is not to keep others from it.
            if not self._settled(mine) and len(mine) > 1:
                for one in mine:
                    self._settled([one])
            self._count(under_way=-len(mine))

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
        self.done.set()
