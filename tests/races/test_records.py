"""Whoever comes at the same moment, identifiers and golden records stay whole, and nobody waits for ever."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import transaction

from mdm.events.queries import verify
from mdm.records.models import CrosswalkEntry, ExternalId, GoldenRecord, SourceRecord, SourceVersion
from mdm.records.observation import Observation
from mdm.records.operations.link_ids import LinkOutcome, LinkRow, link_ids
from mdm.records.queries.rebuild import deviations
from tests.mdm.records.world import World, build_world
from tests.races.together import together

ROUNDS = 6
AGREED_OR_TOLD = (["created", "linked", "linked"], ["collision", "created", "created"])


@pytest.fixture
def world(transactional_db: None) -> World:
    return build_world()


def assert_whole() -> None:
    """Every living golden record is reachable, every projection holds, and the audit is untouched."""
    open_goldens = set(CrosswalkEntry.objects.filter(ended_at__isnull=True).values_list("golden_id", flat=True))
    living = set(GoldenRecord.objects.filter(status__in=["CANDIDATE", "ACTIVE"]).values_list("pk", flat=True))
    assert open_goldens == living
    assert deviations("party") == []
    assert verify() == []


def sayer(world: World, external_id: str, name: str) -> Callable[[], object]:
    return lambda: world.say("SAP", external_id, values={"name": name})


def ender(world: World, system: str, external_id: str) -> Callable[[], object]:
    return lambda: world.say(system, external_id, deleted=True)


def linker(world: World, rows: list[LinkRow], outcomes: list[LinkOutcome]) -> Callable[[], None]:
    def link() -> None:
        with transaction.atomic():
            outcomes.extend(
                link_ids(left=world.id_type("SAP"), right=world.id_type("CRM"), rows=rows, actor=world.engineer)
            )

    return link


def test_ingests_of_one_new_id_make_one_golden_record(world: World) -> None:
    for turn in range(ROUNDS):
        together(*(sayer(world, f"{turn}", f"Nord Stahl {letter}") for letter in "ABC"))

    assert ExternalId.objects.count() == SourceRecord.objects.count() == GoldenRecord.objects.count() == ROUNDS
    assert SourceVersion.objects.count() == 3 * ROUNDS
    assert_whole()


def test_ingests_of_the_same_ids_in_opposite_order_never_block_each_other(world: World) -> None:
    def batch(letter: str, *, backwards: bool) -> Callable[[], object]:
        said = [Observation(str(number), {"name": f"Nord Stahl {letter}"}) for number in range(40)]
        return lambda: world.say_all("SAP", said[::-1] if backwards else said)

    for letter in "ABCDEF"[:ROUNDS]:
        together(batch(letter, backwards=False), batch(f"{letter}{letter}", backwards=True))

    assert GoldenRecord.objects.count() == 40
    assert_whole()


def test_an_ingest_and_a_deletion_of_one_id_leave_it_open_or_ended_never_between(world: World) -> None:
    for turn in range(ROUNDS):
        world.say("SAP", f"{turn}", values={"name": "Nord Stahl AG"})

        together(sayer(world, f"{turn}", "Nord Stahl KG"), ender(world, "SAP", f"{turn}"))

    assert SourceRecord.objects.filter(generation=1).count() == ROUNDS
    assert_whole()


def test_a_deleted_id_that_comes_back_twice_at_once_reopens_once(world: World) -> None:
    for turn in range(ROUNDS):
        world.say("SAP", f"{turn}", values={"name": "Nord Stahl AG"})
        world.say("SAP", f"{turn}", deleted=True)

        together(sayer(world, f"{turn}", "Nord Stahl AG"), sayer(world, f"{turn}", "Nord Stahl AG"))

    assert CrosswalkEntry.objects.filter(ended_at__isnull=True).count() == GoldenRecord.objects.count() == ROUNDS
    assert_whole()


def test_mapping_imports_of_colliding_ids_agree_on_one_golden_record_or_tell_the_collision(world: World) -> None:
    for turn in range(ROUNDS):
        outcomes: list[LinkOutcome] = []
        one, other = (f"0015g0000{turn}{side}bcde" for side in "ab")
        sheets = ([LinkRow(f"{turn}1", one)], [LinkRow(f"{turn}1", other)], [LinkRow(f"{turn}2", one)])

        together(*(linker(world, sheet, outcomes) for sheet in sheets))

        assert sorted(outcome.status for outcome in outcomes) in AGREED_OR_TOLD

    assert ExternalId.objects.count() == 4 * ROUNDS
    assert_whole()


def test_sheets_with_sides_in_opposite_order_never_block_each_other(world: World) -> None:
    rows = [LinkRow(str(number), f"0015g00000{number:05d}") for number in range(30)]
    outcomes: list[LinkOutcome] = []

    together(linker(world, rows, outcomes), linker(world, rows[::-1], outcomes))

    assert GoldenRecord.objects.count() == 30
    assert sorted(outcome.status for outcome in outcomes) == ["created"] * 30 + ["unchanged"] * 30
    assert_whole()


def test_two_systems_ending_the_last_two_entries_at_once_retire_the_golden_record(world: World) -> None:
    """Write skew: each sees the other's entry still open, so neither alone would retire it."""
    for turn in range(ROUNDS):
        crm = f"0015g00000{turn:05d}"
        linker(world, [LinkRow(f"{turn}", crm)], [])()

        together(ender(world, "SAP", f"{turn}"), ender(world, "CRM", crm))

    assert set(GoldenRecord.objects.values_list("status", flat=True)) == {"RETIRED"}
    assert not CrosswalkEntry.objects.filter(ended_at__isnull=True).exists()
    assert_whole()
