"""Every operation that touches a golden record, at the same moment as every other: one goes first, the other follows or
is told that the records moved; nobody blocks, and nothing is left half done.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import combinations_with_replacement

import pytest
from django.db import transaction
from django.db.models import Count

from mdm.events.queries import verify
from mdm.kernel.errors import Conflict
from mdm.matching.models import Decision, Verdict
from mdm.records.models import CrosswalkEntry, GoldenRecord
from mdm.records.queries.crosswalk import Question, resolve
from mdm.records.queries.rebuild import deviations
from tests.mdm.matching.desk import Desk
from tests.races.acts import ACTS, DECISIONS, Stage
from tests.races.together import together

ROUNDS = int(os.environ.get("TOUCHSTONE_RACE_ROUNDS", "1"))
PAIRS = list(combinations_with_replacement(ACTS, 2))


class Racer:
    """One act in a transaction of its own; a refusal because somebody was faster is an answer, anything else is not."""

    def __init__(self, name: str, act: Callable[[], object]) -> None:
        self.name, self.act, self.refusal = name, act, ""

    def __call__(self) -> None:
        try:
            with transaction.atomic():
                self.act()
        except Conflict as refusal:
            self.refusal = refusal.code


def expect_whole(stage: Stage) -> None:
    """What must hold of the records of one stage, and of those that were made of them."""
    codes = GoldenRecord.objects.filter(
        pk__in=CrosswalkEntry.objects.filter(
            external_id__in=CrosswalkEntry.objects.filter(golden__in=[stage.one, stage.joined, stage.beside]).values(
                "external_id"
            )
        ).values("golden")
    )
    reachable = set(CrosswalkEntry.objects.filter(golden__in=codes, ended_at=None).values_list("golden", flat=True))
    living = set(codes.filter(status__in=["CANDIDATE", "ACTIVE"]).values_list("pk", flat=True))
    assert reachable == living
    assert deviations("party", goldens=list(codes.values_list("pk", flat=True))) == []
    for answer in resolve(
        actor=stage.desk.world.engineer, questions=[Question("HUB", golden.code) for golden in codes]
    ):
        assert answer.golden is not None and answer.golden.status != "REDIRECTED"


def expect_audited() -> None:
    """The audit is whole, and every pair's verdicts are one chain with one head."""
    assert verify() == []
    heads = Verdict.objects.filter(superseded_by=None).values("left", "right").annotate(n=Count("pk"))
    assert not heads.filter(n__gt=1).exists()


@pytest.mark.parametrize("first", ACTS)
def test_two_acts_on_one_record_end_as_if_one_had_come_after_the_other(first: str, committed_desk: Desk) -> None:
    turn = 10
    for one, other in [pair for pair in PAIRS if pair[0] == first] * ROUNDS:
        turn += 1
        stage = Stage.build(committed_desk, turn)
        acts = stage.acts()
        racers = [Racer(one, acts[one]), Racer(other, acts[other])]
        decided = Decision.objects.count()

        together(*racers)

        done = [racer for racer in racers if not racer.refusal]
        assert done, f"{one} and {other} were both refused: {[racer.refusal for racer in racers]}"
        assert Decision.objects.count() - decided == sum(racer.name in DECISIONS for racer in done), (one, other)
        expect_whole(stage)
    expect_audited()


def test_three_people_undo_merge_and_take_apart_one_record_and_nothing_is_half_done(committed_desk: Desk) -> None:
    for turn in range(50, 53):
        stage = Stage.build(committed_desk, turn)
        acts = stage.acts()
        racers = [Racer(name, acts[name]) for name in ("undo", "merge_away", "split", "speak", "delete")]

        together(*racers)

        assert any(not racer.refusal for racer in racers)
        expect_whole(stage)
    expect_audited()
