"""One process that makes deliveries: it reads the outbox, sweeps, claims, and hands what it claimed to its threads."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final

from django.db import Error, connection

from mdm.accounts.models import Actor
from mdm.kernel.errors import Conflict
from mdm.kernel.faults import point
from sync.connectors.errors import BadSettings, UnknownKind
from sync.connectors.interface import Connector
from sync.delivery import limits
from sync.delivery.claimed import Claimed
from sync.delivery.operations.claim import claim, release
from sync.delivery.operations.fan_out import fan_out
from sync.delivery.operations.send import Errand
from sync.delivery.operations.stop_connection import stop_connection
from sync.delivery.operations.sweep import sweep
from sync.delivery.queries.due import due_systems, is_quiet
from sync.delivery.senders import Senders, Unit
from sync.limits.bucket import Turns, wait_for_turn
from sync.targets.connectors import connector_of
from sync.targets.models import Connection
from sync.targets.queries.reached import reached

logger = logging.getLogger(__name__)

IDLE_SECONDS: Final = 0.2
FAN_OUT_SECONDS: Final = 0.15
STOP_SECONDS: Final = 25.0
AFTER_ERROR_SECONDS: Final = 0.5


class Dispatcher:
    """Makes deliveries until it is told to stop. The table is the queue: any number of dispatchers may run anywhere."""

    def __init__(self, *, actor: Actor, turns: Turns, threads: int) -> None:
        self._actor = actor
        self._turns = turns
        self._senders = Senders(threads)
        self._next_fan_out = self._next_sweep = 0.0
        self._vain = (-1, 0.0)

    def run(self, *, told_to_stop: Callable[[], bool], until_quiet: bool = False, seconds: float | None = None) -> int:
        """Make deliveries until told to stop, for `seconds`, or until nothing is due; returns how many calls it made.

        A database that does not answer is waited for. What is under way at the end is ended, what is not begun is
        given back.
        """
        over_at = math.inf if seconds is None else time.monotonic() + seconds
        try:
            while not told_to_stop() and time.monotonic() < over_at:
                self._senders.done.clear()
                busy = self._try_round()
                if until_quiet and not busy and not self._senders.under_way and is_quiet():
                    break
                self._senders.done.wait(0.0 if busy and self._senders.room else IDLE_SECONDS)
        finally:
            release(claimed=self._senders.stop(STOP_SECONDS))
        return self._senders.made

    def _try_round(self) -> bool:
        try:
            return self._round()
        except Error as error:
            logger.warning("The database did not answer (%s): trying again.", type(error).__name__)
            connection.close()
            time.sleep(AFTER_ERROR_SECONDS)
            return True

    def _round(self) -> bool:
        """One look at everything; tells whether there may be more to do at once."""
        more = self._fan_out()
        if time.monotonic() >= self._next_sweep:
            sweep(actor=self._actor)
            self._next_sweep = time.monotonic() + limits.sweep_seconds()
        handed = self._claim_due() if self._senders.idles and not self._in_vain() else 0
        return more or handed > 0

    def _claim_due(self) -> int:
        made, due = self._senders.made, due_systems()
        handed = sum(self._claim(system) for system in due if self._senders.room > 0)
        self._vain = (made, time.monotonic() + IDLE_SECONDS) if not handed else (-1, 0.0)
        (self._senders.in_want.set if due and not handed else self._senders.in_want.clear)()
        return handed

    def _in_vain(self) -> bool:
        """Whether nothing could be claimed a moment ago, and nothing was settled since that made room at a target."""
        made, until = self._vain
        return bool(self._senders.under_way) and self._senders.made == made and time.monotonic() < until

    def _fan_out(self) -> bool:
        """Read the outbox, some times a second and no oftener: a busy process looks about far more often."""
        if time.monotonic() < self._next_fan_out:
            return False
        more = fan_out().more
        self._next_fan_out = time.monotonic() + (0.0 if more else FAN_OUT_SECONDS)
        return more

    def _claim(self, system: str) -> int:
        row = reached(system)
        connector = self._connector(row)
        if connector is None:
            return 0
        errand = Errand(system, connector, self._actor, partial(_paced, self._turns, system, row.rate_per_second))
        batch = max((each.batch_max for each in connector.capabilities.values()), default=1)
        point("delivery.before_claim")
        claimed = claim(system=system, limit=self._senders.room * batch)
        point("delivery.after_claim")
        for unit in _units(claimed, connector):
            self._senders.hand(Unit(unit, errand))
        return len(claimed) or self._claim_alone(errand)

    def _claim_alone(self, errand: Errand) -> int:
        """One that lost its workers before has this process for itself: nobody else is lost with it."""
        if self._senders.under_way:
            return 0
        claimed = claim(system=errand.system, limit=1, alone=True)
        point("delivery.after_claim_alone")
        for one in claimed:
            self._senders.make_here(Unit([one], errand))
        return len(claimed)

    def _connector(self, row: Connection) -> Connector | None:
        try:
            return connector_of(row)
        except (BadSettings, UnknownKind, Conflict) as error:
            stop_connection(system=row.system_id, cause=str(error), actor=self._actor)
            return None


def _paced(turns: Turns, system: str, rate: float | None, patience: float) -> bool:
    return wait_for_turn(turns, system, rate, patience=patience)


def _units(claimed: Sequence[Claimed], connector: Connector) -> Iterator[list[Claimed]]:
    """What one call takes: deliveries of one object, no more than its target takes at once."""
    by_object: dict[str, list[Claimed]] = {}
    for one in claimed:
        by_object.setdefault(one.object, []).append(one)
    for object_, several in by_object.items():
        capabilities = connector.capabilities.get(object_)
        size = max(1, capabilities.batch_max) if capabilities else 1
        for start in range(0, len(several), size):
            yield several[start : start + size]
