"""The threads of one process that make deliveries, each with a database connection of its own."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence

from django.db import Error, connection, connections

from sync.delivery.claimed import Claimed

logger = logging.getLogger(__name__)

Make = Callable[[Sequence[Claimed]], int]
Work = tuple[Sequence[Claimed], Make]


class Senders:
    """Threads that take units of work in turn. `done` is set whenever one was made."""

    def __init__(self, threads: int) -> None:
        self.done = threading.Event()
        self.made = 0
        self._size = threads
        self._work: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._under_way = 0
        self._lock = threading.Lock()

    @property
    def under_way(self) -> int:
        """How many units were handed over and are not made yet."""
        return self._under_way

    def hand(self, unit: Sequence[Claimed], make: Make) -> None:
        """The unit is made by the next free thread."""
        self._start()
        self._count(1)
        self._work.put((unit, make))

    def make_here(self, unit: Sequence[Claimed], make: Make) -> None:
        """The unit is made by the caller's thread."""
        self._count(1)
        self._do(unit, make)

    def stop(self, seconds: float) -> list[Claimed]:
        """End what is begun, for at most `seconds`; return what nobody began."""
        left: list[Claimed] = []
        while not self._work.empty():
            work = self._work.get()
            left += work[0] if work else ()
        for _ in self._threads:
            self._work.put(None)
        over_at = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, over_at - time.monotonic()))
        self._threads.clear()
        return left

    def _start(self) -> None:
        while len(self._threads) < self._size:
            thread = threading.Thread(target=self._loop, name=f"sender-{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _loop(self) -> None:
        while (work := self._work.get()) is not None:
            self._do(*work)
        connections.close_all()

    def _do(self, unit: Sequence[Claimed], make: Make) -> None:
        """Whatever goes wrong here ends with the lease: nobody else is to know of it."""
        made = 0
        try:
            made = make(unit)
        except Error as error:
            logger.warning("The database did not answer (%s): a lease will run out.", type(error).__name__)
            connection.close()
        except Exception as error:  # its text may hold somebody's data
            logger.error("A delivery failed with %s: its lease will run out.", type(error).__name__)
            connection.close()
        finally:
            with self._lock:
                self.made += made
            self._count(-1)
            self.done.set()

    def _count(self, change: int) -> None:
        with self._lock:
            self._under_way += change
