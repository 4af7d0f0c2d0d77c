"""Two people at one task, and a match run beside a decision: one of them wins, and nothing is half done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from mdm.accounts.models import Actor
from mdm.kernel.errors import DomainError
from mdm.matching.models import Decision
from mdm.matching.refusals import RecordsMoved
from mdm.records.models import GoldenRecord
from mdm.stewardship.answers import Answer
from mdm.stewardship.models import ReviewTask, TaskMember
from mdm.stewardship.operations.decide_task import decide_task
from mdm.stewardship.operations.lease_task import lease_task
from mdm.stewardship.operations.refresh_tasks import refresh_tasks
from mdm.stewardship.operations.undo_decision import undo_decision
from mdm.stewardship.refusals import TaskMoved
from tests.mdm.records.world import World, build_world
from tests.mdm.stewardship.desk import company, match, publish_matching, steward, tasks
from tests.races.together import together

STUTTGART = ("Industriestrasse", "12", "70173", "Stuttgart")


@pytest.fixture
def world(transactional_db: None) -> World:
    world = build_world()
    publish_matching()
    return world


def say(world: World, number: int, **values: Any) -> None:
    said = company("Müller & Söhne GmbH", address=STUTTGART, vat="DE129273398", **values)
    world.say("SAP", str(number), values=said)


def asked(world: World, count: int = 2) -> ReviewTask:
    for number in range(1, count + 1):
        say(world, number)
    match(world)
    (task,) = tasks()
    return task


def answer(task: ReviewTask, verdict: str = "merge", **fields: Any) -> Answer:
    versions = dict(task.members.values_list("golden__code", "golden__version_number"))
    return Answer(verdict=verdict, decision_id=uuid4(), evidence_hash=task.evidence_hash, versions=versions, **fields)


class Tries:
    """Acts that may be refused, and what became of each."""

    def __init__(self) -> None:
        self.refused: list[DomainError] = []
        self.done = 0

    def of(self, act: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            try:
                act()
                self.done += 1
            except DomainError as refusal:
                self.refused.append(refusal)

        return run


def deciding(task: ReviewTask, said: Answer, actor: Actor) -> Callable[[], object]:
    return lambda: decide_task(task_id=task.pk, answer=said, actor=actor)


def check_nothing_is_half_done() -> None:
    """Open members are those of open tasks, and nobody is asked about a record that lives no more."""
    assert not TaskMember.objects.filter(open=True).exclude(task__status__in=("OPEN", "WAITING")).exists()
    assert not TaskMember.objects.filter(open=True, golden__status="REDIRECTED").exists()
    for task in tasks():
        assert task.members.filter(open=True).count() == task.member_count


@pytest.mark.parametrize("verdict", ["merge", "not_a_match", "related"])
def test_of_two_stewards_one_decides_and_the_other_is_told_what_happened(world: World, verdict: str) -> None:
    task = asked(world)
    anna, jonas = steward(), steward(name="Jonas Peters")
    tries = Tries()

    together(tries.of(deciding(task, answer(task), anna)), tries.of(deciding(task, answer(task, verdict), jonas)))

    (refusal,) = tries.refused
    assert isinstance(refusal, TaskMoved)
    winner = Decision.objects.get().actor
    assert (refusal.by, refusal.task_status) == (winner.name, "DONE")
    check_nothing_is_half_done()


def test_one_answer_sent_twice_at_once_is_one_decision(world: World) -> None:
    task, anna, tries = asked(world), steward(), Tries()
    said = answer(task)

    together(*(tries.of(deciding(task, said, anna)) for _ in range(4)))

    assert (tries.done, tries.refused) == (4, [])
    assert Decision.objects.count() == 1
    check_nothing_is_half_done()


def test_two_halves_of_one_task_are_decided_one_after_the_other(world: World) -> None:
    task = asked(world, 3)
    first, second, third = [member.golden.code for member in task.members.order_by("position").select_related("golden")]
    anna, jonas, tries = steward(), steward(name="Jonas Peters"), Tries()

    together(
        tries.of(deciding(task, answer(task, members=[first, second]), anna)),
        tries.of(deciding(task, answer(task, members=[second, third]), jonas)),
    )

    assert tries.done == 1
    assert isinstance(tries.refused[0], TaskMoved)
    (rest,) = tasks()
    assert rest.member_count == 2
    check_nothing_is_half_done()


@pytest.mark.parametrize("verdict", ["merge", "not_a_match"])
def test_a_refresh_beside_a_decision_asks_nothing_that_was_decided(world: World, verdict: str) -> None:
    task, anna = asked(world, 3), steward()
    goldens = list(GoldenRecord.objects.values_list("pk", flat=True))
    tries = Tries()

    def refresh() -> None:
        with transaction.atomic():
            refresh_tasks(domain="party", goldens=goldens, actor=world.engineer)

    together(tries.of(deciding(task, answer(task, verdict), anna)), refresh, refresh)

    assert tries.refused == []
    assert tasks() == []
    check_nothing_is_half_done()


def test_a_record_that_changes_beside_a_decision_is_named_or_comes_after(world: World) -> None:
    task, anna, tries = asked(world), steward(), Tries()

    together(tries.of(deciding(task, answer(task), anna)), lambda: say(world, 2, industry="Steel"))

    assert all(isinstance(refusal, RecordsMoved) for refusal in tries.refused)
    assert (len(tasks()) == 1) is bool(tries.refused)
    check_nothing_is_half_done()


def test_undo_beside_another_decision_leaves_one_of_them(world: World) -> None:
    task, anna, jonas = asked(world), steward(), steward(name="Jonas Peters")
    decision = decide_task(task_id=task.pk, answer=answer(task, "not_a_match"), actor=anna).decision
    assert decision is not None
    tries = Tries()

    def undo(actor: Actor) -> Callable[[], object]:
        return lambda: undo_decision(decision_id=uuid4(), of=decision, actor=actor)

    together(tries.of(undo(anna)), tries.of(undo(jonas)))

    assert (tries.done, len(tries.refused)) == (1, 1)
    (again,) = tasks()
    assert again.pk == task.pk
    check_nothing_is_half_done()


def test_of_many_who_look_at_once_one_holds_the_lease(world: World) -> None:
    task = asked(world)
    actors = [steward(name=f"Steward {letter}") for letter in "ABCD"]
    holders: list[str] = []

    together(*(lambda actor=actor: holders.append(lease_task(task_id=task.pk, actor=actor).holder) for actor in actors))

    assert len(set(holders)) == 1
