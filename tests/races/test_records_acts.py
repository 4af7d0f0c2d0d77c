"""Acts on golden records at the same moment as what systems say of them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

import pytest
from django.db import transaction

from mdm.accounts.queries import machine_actor
from mdm.events.models import AuditEvent
from mdm.events.queries import verify
from mdm.kernel.clock import database_now
from mdm.kernel.errors import Conflict
from mdm.records.models import CrosswalkEntry, GoldenRecord, GoldenVersion, Pin, SourceVersion
from mdm.records.operations.end_absent import end_absent
from mdm.records.operations.erase import erase_values
from mdm.records.operations.link_ids import LinkRow, link_ids
from mdm.records.operations.pin import pin_value
from mdm.records.operations.reproject import reproject
from mdm.records.queries.rebuild import deviations
from tests.mdm.records.ledger import redirect
from tests.mdm.records.world import World, build_world
from tests.races.together import together

ROUNDS = 5
NORD = {"name": "Nord Stahl AG", "language": "de"}


@pytest.fixture
def world(transactional_db: None) -> World:
    return build_world()


def assert_whole() -> None:
    reachable = set(CrosswalkEntry.objects.filter(ended_at__isnull=True).values_list("golden_id", flat=True))
    living = set(GoldenRecord.objects.filter(status__in=["CANDIDATE", "ACTIVE"]).values_list("pk", flat=True))
    assert reachable == living
    assert deviations("party") == []
    assert verify() == []


def in_transaction(work: Callable[[], object]) -> Callable[[], None]:
    """A refusal because somebody was faster is an answer; anything else is not."""

    def run() -> None:
        with suppress(Conflict), transaction.atomic():
            work()

    return run


def speaking(world: World, number: int, language: str) -> Callable[[], object]:
    return lambda: world.say("SAP", str(number), values={**NORD, "language": language})


def test_pins_and_news_of_one_record_leave_the_projection_whole(world: World) -> None:
    for turn in range(ROUNDS):
        world.say("SAP", str(turn), values=NORD)
        code = world.golden_of("SAP", str(turn)).code

        def pin(value: str, code: str = code) -> Callable[[], None]:
            return in_transaction(
                lambda: pin_value(golden_code=code, path="language", value=value, reason="x", actor=world.engineer)
            )

        together(pin("pl"), pin("cs"), speaking(world, turn, "en"))

    assert Pin.objects.filter(ended_at__isnull=True).count() == ROUNDS
    assert_whole()


def test_erasing_deleting_and_speaking_at_once_never_block_and_leave_the_audit_whole(world: World) -> None:
    for turn in range(ROUNDS):
        world.say("SAP", str(turn), values=NORD)
        code = world.golden_of("SAP", str(turn)).code

        def erase(code: str = code) -> object:
            return erase_values(golden_code=code, actor=world.engineer, reason="request 17")

        def delete(turn: int = turn) -> object:
            return world.say("SAP", str(turn), deleted=True)

        together(in_transaction(erase), speaking(world, turn, "en"), delete)

    assert GoldenRecord.objects.count() >= ROUNDS
    assert AuditEvent.objects.filter(type="values.erased").count() >= ROUNDS
    assert_whole()


def test_erasing_two_records_that_share_a_past_never_blocks_and_leaves_no_value(world: World) -> None:
    for turn in range(ROUNDS):
        low, high = f"1{turn}", f"2{turn}"
        for number in (low, high):
            world.say("SAP", number, values=NORD)
        first, second = world.golden_of("SAP", low), world.golden_of("SAP", high)
        redirect(second, first, world.engineer)

        def erase(code: str) -> Callable[[], None]:
            return in_transaction(lambda: erase_values(golden_code=code, actor=world.engineer, reason="request 17"))

        together(
            erase(second.code), erase(first.code), speaking(world, int(low), "en"), speaking(world, int(high), "fr")
        )
        erase(first.code)()

    assert not SourceVersion.objects.filter(values__isnull=False).exists()
    assert not [values for values in GoldenVersion.objects.values_list("values", flat=True) if values]


def test_mapping_onto_a_record_that_is_just_being_deleted_keeps_it_or_opens_it_again(world: World) -> None:
    for turn in range(ROUNDS):
        world.say("SAP", str(turn), values=NORD)
        rows = [LinkRow(str(turn), f"0015g00000{turn:05d}")]

        def link(rows: list[LinkRow] = rows) -> object:
            return link_ids(left=world.id_type("SAP"), right=world.id_type("CRM"), rows=rows, actor=world.engineer)

        def delete(turn: int = turn) -> object:
            return world.say("SAP", str(turn), deleted=True)

        def speak(turn: int = turn) -> object:
            return world.say("CRM", f"0015g00000{turn:05d}", values=NORD)

        together(in_transaction(link), delete, speak)

    mapped = CrosswalkEntry.objects.filter(ended_at__isnull=True, external_id__value__startswith="0015g")
    assert mapped.count() == ROUNDS
    assert_whole()


def test_projecting_anew_while_systems_speak_ends_with_what_was_said_last(world: World) -> None:
    for number in range(20):
        world.say("SAP", str(number), values=NORD)
    goldens = list(GoldenRecord.objects.order_by("-pk").values_list("pk", flat=True))

    def anew() -> object:
        return reproject(domain="party", goldens=goldens, actor=machine_actor(), reason="x")

    together(in_transaction(anew), *(speaking(world, number, "en") for number in range(4)), in_transaction(anew))

    languages = [world.values_of(golden)["language"] for golden in GoldenRecord.objects.order_by("pk")]
    assert languages == ["en"] * 4 + ["de"] * 16
    assert_whole()


def test_a_record_spoken_of_while_a_full_file_without_it_is_read_stays(world: World) -> None:
    world.say("SAP", "1", values=NORD)
    world.say("SAP", "2", values=NORD)
    begun = database_now()
    spoken, held = threading.Event(), threading.Event()

    def speak() -> None:
        with transaction.atomic():
            world.say("SAP", "1", values={"language": "en"})
            spoken.set()
            held.wait(1)

    def end() -> None:
        spoken.wait(20)
        with transaction.atomic():
            end_absent(
                id_type=world.id_type("SAP"),
                keys=[("", "1"), ("", "2")],
                silent_since=begun,
                actor=world.engineer,
                reason="absent",
            )

    together(speak, end)

    assert world.golden_of("SAP", "1").status == "CANDIDATE"
    assert CrosswalkEntry.objects.filter(ended_at__isnull=True).count() == 1
    assert_whole()
