"""Deliveries by real processes to a target that counts in a process of its own."""

from __future__ import annotations

import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.management import call_command

from mdm.records.models import GoldenRecord
from sync.delivery.models import Delivery, DeliveryAttempt
from tests.sync.delivery.scene import Scene, read_outbox
from tests.tools.forked import Forked
from tests.tools.memory_target import MemoryServer

LEASE_SECONDS = 3
SHORT = {"DELIVERY_SWEEP_SECONDS": 1, "DELIVERY_RETRY_SECONDS": 0.2, "DELIVERY_BREAKER_SECONDS": 0.3}


@dataclass
class Yard:
    """A committed scene, the target that counts, and the processes that deliver to it."""

    scene: Scene
    target: MemoryServer
    folder: Path
    lease_seconds: int = LEASE_SECONDS
    started: list[Forked] = field(default_factory=list)

    def queued(self, count: int = 1, **values: Any) -> list[GoldenRecord]:
        """Released golden records whose deliveries wait."""
        goldens = [self.scene.active(**values) for _ in range(count)]
        read_outbox()
        return goldens

    def start(self, *, fault: str = "", threads: int = 4, until_quiet: bool = True) -> Forked:
        """A process that runs `manage.py dispatch`."""
        options = {"threads": threads, "until_quiet": until_quiet}
        worker = Forked(
            lambda: call_command("dispatch", **options, stdout=sys.stdout),
            said=self.folder / f"dispatch-{len(self.started)}.log",
            environment={"TOUCHSTONE_FAULT": fault},
            settings=SHORT | {"DELIVERY_LEASE_SECONDS": self.lease_seconds},
        )
        self.started.append(worker)
        return worker

    def run(self, *, fault: str = "", threads: int = 4) -> tuple[int, str]:
        """Let one deliver until nothing is left, or it dies; return its code and what it said."""
        return self.start(fault=fault, threads=threads).end()

    def states(self) -> Counter[str]:
        return Counter(Delivery.objects.values_list("state", flat=True))

    def attempts(self) -> list[tuple[str, str | None, str | None]]:
        rows = DeliveryAttempt.objects.order_by("delivery", "number")
        return list(rows.values_list("step", "outcome", "late_outcome"))

    def stop(self) -> None:
        for worker in self.started:
            worker.send_signal(signal.SIGCONT)
            worker.kill()
            worker.end()


def until(true: Callable[[], bool], seconds: float = 40) -> None:
    """Wait for it to come true."""
    over_at = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < over_at, "it never came to pass"
        time.sleep(0.02)


def expect_each_once(yard: Yard, goldens: list[GoldenRecord]) -> None:
    """Counted at the target: each golden record is there once, at its last version, and everything is confirmed."""
    for golden in goldens:
        golden.refresh_from_db()
        assert yard.target.records(golden.code) == 1, golden.code
        assert yard.target.versions(golden.code)[-1:] == [golden.version_number], golden.code
    open_states = set(yard.states()) - {"CONFIRMED", "SUPERSEDED"}
    assert not open_states, yard.states()
