"""Deliveries under random kills, counted afterwards where only the target counts."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Protocol

from django.core.management import call_command

from mdm.records.models import GoldenRecord
from sync.delivery.models import Delivery, DeliveryAttempt
from sync.delivery.operations.fan_out import fan_out
from sync.delivery.operations.revive import revive_cause
from tests.faults.delivering import until
from tests.sync.delivery.scene import Scene
from tests.tools.forked import Forked

SETTINGS: Mapping[str, object] = {
    "DELIVERY_LEASE_SECONDS": 5,
    "DELIVERY_SWEEP_SECONDS": 1,
    "DELIVERY_RETRY_SECONDS": 0.2,
    "DELIVERY_BREAKER_SECONDS": 0.3,
}
STEPS = ("claim", "attempt", "post", "settle", "lost reply")
POINTS = {
    "claim": "delivery.after_claim",
    "attempt": "delivery.after_attempt",
    "settle": "delivery.in_settle",
    "lost reply": "delivery.after_post",
}


class Ground(Protocol):
    """A target as its own users see it."""

    def records(self, code: str) -> int:
        """How many records carry our code."""
        ...

    def city(self, code: str) -> str | None:
        """The city of the record that carries it."""
        ...

    def lose_next_reply(self) -> None:
        """The next write is done and its answer lost."""
        ...


@dataclass
class Figures:
    """What a run of chaos came to."""

    goldens: int = 0
    deliveries: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    doubled: int = 0
    missing: int = 0
    behind: int = 0
    unfinished: int = 0
    left: list[tuple[object, ...]] = field(default_factory=list)
    quarantined: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def __str__(self) -> str:
        kills = ", ".join(f"{number} at {step}" for step, number in sorted(self.kills.items()))
        outcomes = ", ".join(f"{number} {outcome}" for outcome, number in self.outcomes.most_common())
        return (
            f"{self.deliveries} deliveries of {self.goldens} records under {self.kills.total()} kills ({kills}) in"
            f" {self.seconds:.0f} s: {self.doubled} doubled, {self.missing} lost, {self.behind} behind their last"
            f" version, {self.unfinished} unfinished; {self.quarantined} suspected of the kills and sent again by a"
            f" person; attempts: {outcomes}" + (f"; left: {self.left}" if self.left else "")
        )


class Chaos:
    """Two dispatchers at a time, one of which is to die; records keep changing meanwhile."""

    def __init__(self, scene: Scene, ground: Ground, folder: Path, *, seed: int, say: Callable[[str], None]) -> None:
        self._scene = scene
        self._ground = ground
        self._folder = folder
        self._dice = random.Random(seed)
        self._say = say
        self._numbers = count(1)
        self._goldens: list[GoldenRecord] = []
        self.figures = Figures()

    def run(self, *, deliveries: int, kills: int) -> Figures:
        """Deliver `deliveries` and more while `kills` dispatchers are killed, as many at each step."""
        began = time.monotonic()
        self._goldens = [self._scene.active(**{"addresses[main].city": "Start"}) for _ in range(deliveries * 3 // 5)]
        steps = [STEPS[number % len(STEPS)] for number in range(kills)]
        self._dice.shuffle(steps)
        while steps:
            self._change(deliveries * 2 // 5 // kills + 1)
            if self._kill_at(steps[-1]):
                self.figures.kills[steps.pop()] += 1
                if self.figures.kills.total() % 25 == 0:
                    self._say(f"{self.figures.kills.total()} kills")
        while Delivery.objects.count() < deliveries:
            self._change(deliveries // 10 + 1)
            self._deliver()
        self._deliver()
        self._take_stock()
        self.figures.seconds = time.monotonic() - began
        return self.figures

    def _change(self, number: int) -> None:
        for golden in self._dice.sample(self._goldens, min(number, len(self._goldens))):
            self._scene.move(golden, f"City {next(self._numbers)}")
        while fan_out().messages:
            pass

    def _kill_at(self, step: str) -> bool:
        """Whether a dispatcher died where it was to die; one that ran out of work first did not."""
        fault = f"{POINTS[step]}:kill9:{self._dice.randint(1, 3)}" if step in POINTS else ""
        if step == "lost reply":
            self._ground.lose_next_reply()
            fault = f"{POINTS[step]}:kill9:1"
        doomed = self._start(fault, until_quiet=step != "post")
        if step == "post":
            self._kill_in_call(doomed)
        return doomed.end()[0] == -9

    def _kill_in_call(self, doomed: Forked) -> None:
        attempts = DeliveryAttempt.objects.filter(outcome__isnull=True, delivery__state="SENDING")
        before = set(attempts.values_list("pk", flat=True))
        until(lambda: attempts.exclude(pk__in=before).exists(), 60)
        time.sleep(self._dice.uniform(0, 0.02))
        doomed.kill()

    def _deliver(self) -> None:
        """Until nothing is left; those that were held for the killers are sent again, as a person would."""
        while True:
            self._start("", until_quiet=True).end(600)
            dead = Delivery.objects.filter(state="DEAD", dead_cause="crashes_worker").exclude(cause_key="")
            if not dead.exists():
                return
            for key in set(dead.values_list("cause_key", flat=True)):
                self.figures.quarantined += revive_cause(cause_key=key, what="original", actor=self._scene.machine)

    def _start(self, fault: str, *, until_quiet: bool) -> Forked:
        return Forked(
            lambda: call_command("dispatch", threads=4, until_quiet=until_quiet),
            said=self._folder / f"chaos-{next(self._numbers)}.log",
            environment={"TOUCHSTONE_FAULT": fault},
            settings=SETTINGS,
        )

    def _take_stock(self) -> None:
        figures = self.figures
        figures.goldens, figures.deliveries = len(self._goldens), Delivery.objects.count()
        for golden in self._goldens:
            number = self._ground.records(golden.code)
            wanted = self._scene.world.values_of(golden)["addresses[main].city"]
            figures.doubled += number > 1
            figures.missing += number == 0
            figures.behind += number > 0 and self._ground.city(golden.code) != wanted
        unfinished = Delivery.objects.exclude(state__in=("CONFIRMED", "SUPERSEDED"))
        figures.unfinished = unfinished.count()
        told = ("state", "operation", "cause", "version", "crashes", "tries", "dead_cause", "error_code", "golden")
        figures.left = list(unfinished.values_list(*told, "error_message", "field_errors")[:5])
        figures.outcomes = Counter(map(str, DeliveryAttempt.objects.values_list("outcome", flat=True)))


def expect_nothing_lost(figures: Figures) -> None:
    """Each record once, at its last version, and no delivery left open."""
    wrong = (figures.doubled, figures.missing, figures.behind, figures.unfinished)
    assert wrong == (0, 0, 0, 0), str(figures)
