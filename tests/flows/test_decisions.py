"""Whatever systems say and people decide, in any order: nothing is lost, an undo is exact, and codes lead on for ever.

The suite runs a small version. `make prove` goes on until every rule has directly followed every other 20 times, and
prints how often each did.
"""

from __future__ import annotations

import os
import time

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.flows.hub_machine import HubMachine
from tests.flows.story_machine import StoryMachine
from tests.flows.tally import Tally
from tests.mdm.records.world import build_world

PROVE = os.environ.get("TOUCHSTONE_PROVE") == "1"
ENOUGH = int(os.environ.get("TOUCHSTONE_PROVE_TIMES", "20"))
MINUTES = float(os.environ.get("TOUCHSTONE_PROVE_MINUTES", "120"))


def run(machine: type[HubMachine], *, examples: int, steps: int, same: bool) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=same,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.django_db
def test_the_whole_story_holds_under_any_order_of_acts() -> None:
    StoryMachine.world, StoryMachine.tally = build_world(), Tally(StoryMachine.RULES)

    run(StoryMachine, examples=5, steps=25, same=True)

    print("\n" + StoryMachine.tally.table())
    assert all(StoryMachine.tally.done[rule] for rule in StoryMachine.RULES), StoryMachine.tally.table()


@pytest.mark.skipif(not PROVE, reason="the long proof: make prove")
@pytest.mark.django_db
def test_every_act_directly_after_every_other_often_enough() -> None:
    StoryMachine.world, StoryMachine.tally = build_world(), Tally(StoryMachine.RULES)
    end = time.monotonic() + MINUTES * 60

    while StoryMachine.tally.rarest < ENOUGH and time.monotonic() < end:
        StoryMachine.tally.plan()
        run(StoryMachine, examples=10, steps=60, same=False)
        print(f"{StoryMachine.tally.table()}\n", flush=True)

    assert StoryMachine.tally.rarest >= ENOUGH, StoryMachine.tally.table()
