"""Tasks are what is known about golden records, and stay themselves while it changes."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from mdm.kernel.clock import database_now
from mdm.matching.models import MatchPair
from mdm.matching.operations.merge import merge
from mdm.records.models import GoldenRecord
from mdm.records.operations.link_ids import LinkRow, link_ids
from mdm.stewardship.models import Comment, ReviewTask, TaskMember
from mdm.stewardship.operations.refresh_tasks import Refreshed, refresh_tasks
from tests.mdm.records.world import World
from tests.mdm.stewardship.desk import codes_of, company, lay_matching, match, tasks, verdict

STUTTGART = ("Industriestrasse", "12", "70173", "Stuttgart")
VAT = "DE129273398"


@pytest.fixture(autouse=True)
def matched(world: World) -> None:
    lay_matching()


def say(world: World, system: str, number: str, name: str, **values: Any) -> GoldenRecord:
    said = company(name, **{"address": STUTTGART, "vat": VAT} | values)
    world.say(system, number, values=said)
    return world.golden_of(system, number)


def refresh(world: World) -> Refreshed:
    goldens = list(GoldenRecord.objects.values_list("pk", flat=True))
    return refresh_tasks(domain="party", goldens=goldens, actor=world.engineer)


def test_the_member_that_most_records_lead_to_stands_first(world: World) -> None:
    say(world, "SAP", "1", "Müller & Söhne GmbH")
    second = say(world, "SAP", "2", "Müller und Söhne GmbH")
    GoldenRecord.objects.filter(pk=second.pk).update(status="ACTIVE", released_at=database_now())

    match(world)

    (task,) = tasks()
    assert codes_of(task)[0] == second.code


def test_a_task_keeps_id_assignee_and_comments_when_its_group_grows(world: World) -> None:
    say(world, "SAP", "1", "Müller & Söhne GmbH")
    say(world, "SAP", "2", "Müller und Söhne GmbH")
    match(world)
    (task,) = tasks()
    ReviewTask.objects.filter(pk=task.pk).update(assignee=world.engineer)
    Comment.objects.create(
        domain_id="party", subject=f"task:{task.pk}", author=world.engineer, body="?", created_at=database_now()
    )

    third = say(world, "SHOP", "C-1", "Mueller & Soehne GmbH")
    match(world, full=False)

    (grown,) = tasks()
    assert (grown.pk, grown.member_count, grown.assignee, grown.version) == (task.pk, 3, world.engineer, 2)
    assert third.code in codes_of(grown)
    assert grown.evidence_hash != task.evidence_hash


@pytest.mark.parametrize("kind", ["DIFFERENT", "RELATED"])
def test_what_was_told_apart_is_not_asked_again(world: World, kind: str) -> None:
    say(world, "SAP", "1", "Müller & Söhne GmbH")
    say(world, "SAP", "2", "Müller und Söhne GmbH")
    match(world)
    verdict(world, kind)

    match(world)

    assert tasks() == []
    assert MatchPair.objects.get().gone_at is None


def test_what_was_told_apart_comes_back_when_its_evidence_changes(world: World) -> None:
    say(world, "SAP", "1", "Müller & Söhne GmbH")
    say(world, "SAP", "2", "Müller und Söhne GmbH")
    match(world)
    verdict(world, "DIFFERENT")
    match(world)

    say(world, "SAP", "2", "MÜLLER und  Söhne gmbh")
    match(world, full=False)
    unchanged = tasks()
    say(world, "SAP", "2", "Müller und Söhne GmbH", phone="+49 711 3800471")
    match(world, full=False)

    assert unchanged == []
    assert [task.member_count for task in tasks()] == [2]


def test_a_withdrawn_verdict_lets_the_pair_be_asked_again(world: World) -> None:
    say(world, "SAP", "1", "Müller & Söhne GmbH")
    say(world, "SAP", "2", "Müller und Söhne GmbH")
    match(world)
    verdict(world, "DIFFERENT")
    match(world)

    verdict(world, "WITHDRAWN")
    refresh(world)

    assert len(tasks()) == 1


def test_two_that_were_told_apart_are_not_joined_by_a_third(world: World) -> None:
    first = say(world, "SAP", "1", "Müller & Söhne GmbH")
    second = say(world, "SAP", "2", "Müller & Söhne GmbH")
    match(world)
    verdict(world, "DIFFERENT")

    say(world, "SHOP", "C-1", "Müller & Söhne GmbH")
    match(world, full=False)

    (task,) = tasks()
    assert task.member_count == 2
    assert task.reason == "MARGIN"
    assert not {first.code, second.code} <= set(codes_of(task))


def test_what_was_told_apart_within_one_golden_record_is_a_conflict(world: World) -> None:
    erp, shop = world.id_type("SAP"), world.id_type("SHOP")
    link_ids(left=erp, right=shop, rows=[LinkRow("1", "C-1")], actor=world.engineer)
    one = say(world, "SAP", "1", "Müller & Söhne GmbH")
    say(world, "SHOP", "C-1", "Müller und Söhne GmbH")
    match(world)
    assert tasks() == []

    verdict(world, "DIFFERENT")
    refresh(world)

    (task,) = tasks()
    assert (task.reason, task.score, codes_of(task)) == ("CONFLICT", None, [one.code])


def test_a_version_unlike_its_predecessor_is_asked_about_alone(world: World) -> None:
    say(world, "SAP", "1", "Müller & Söhne GmbH")
    say(world, "SAP", "2", "Müller und Söhne GmbH")
    match(world)
    (pair,) = tasks()

    world.say("SAP", "2", values=company("Ferrum Antriebe AG", vat="DE811128135"))
    refresh(world)

    (broken,) = tasks()
    assert (broken.reason, broken.member_count, broken.finding is not None) == ("BROKEN", 1, True)
    assert broken.pk != pair.pk
    assert ReviewTask.objects.get(pk=pair.pk).status == "GONE"


def test_a_doubt_that_moved_to_another_record_is_asked_about_there(world: World) -> None:
    say(world, "SAP", "1", "Müller & Söhne GmbH")
    doubtful = say(world, "SAP", "2", "Müller und Söhne GmbH")
    world.say("SAP", "2", values=company("Ferrum Antriebe AG", vat="DE811128135"))
    refresh(world)
    (asked,) = tasks()
    other = world.golden_of("SAP", "1")
    merge(
        decision_id=uuid4(), survivor=other.code, joined=[doubtful.code], actor=world.engineer,
        versions={golden.code: golden.version_number for golden in GoldenRecord.objects.all()},
    )  # fmt: skip

    refreshed = refresh_tasks(domain="party", goldens=[other.pk], actor=world.engineer)

    (moved,) = tasks()
    assert refreshed == Refreshed(opened=1, gone=1)
    assert (moved.reason, codes_of(moved), moved.finding) == ("BROKEN", [other.code], asked.finding)
    assert ReviewTask.objects.get(pk=asked.pk).status == "GONE"


def test_a_task_about_a_version_that_no_longer_waits_is_gone(world: World) -> None:
    say(world, "SAP", "2", "Müller und Söhne GmbH")
    world.say("SAP", "2", values=company("Ferrum Antriebe AG", vat="DE811128135"))
    refresh(world)
    assert [task.reason for task in tasks()] == ["BROKEN"]

    say(world, "SAP", "2", "Müller und Söhne GmbH", phone="+49 711 1")
    refreshed = refresh(world)

    assert refreshed == Refreshed(gone=1)
    assert tasks() == []


def test_a_collision_stays_together_until_somebody_decides(world: World) -> None:
    first, second = (
        say(world, "SAP", "1", "Müller & Söhne GmbH"),
        say(world, "SAP", "2", "Ferrum AG", vat="", address=None),
    )
    now = database_now()
    task = ReviewTask.objects.create(
        domain_id="party", reason="COLLISION", status="OPEN", member_count=2, why="x", opened_at=now, changed_at=now
    )
    for position, golden in enumerate((first, second)):
        TaskMember.objects.create(task=task, golden=golden, open=True, position=position)

    match(world)

    (still,) = tasks()
    assert (still.pk, still.reason, set(codes_of(still))) == (task.pk, "COLLISION", {first.code, second.code})


def test_a_reopened_task_keeps_saying_so(world: World) -> None:
    say(world, "SAP", "1", "Müller & Söhne GmbH")
    say(world, "SAP", "2", "Müller und Söhne GmbH")
    match(world)
    ReviewTask.objects.update(reason="REOPENED", why="Undone.")

    match(world)

    (task,) = tasks()
    assert (task.reason, task.version) == ("REOPENED", 2)
    assert refresh(world) == Refreshed()


def test_a_very_large_group_says_that_it_is(world: World) -> None:
    for number in range(14):
        say(world, "SHOP", f"C-{number}", "Müller & Söhne GmbH")

    match(world)

    assert {(task.reason, task.member_count) for task in tasks()} == {("OVERSIZE", 14)}
