"""Stewards' values and a person's right to be forgotten."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.db import connection, transaction

from mdm.accounts.models import Actor
from mdm.accounts.operations.create_actor import create_actor
from mdm.accounts.operations.grant import grant
from mdm.accounts.queries import machine_actor
from mdm.events.queries import verify
from mdm.kernel.clock import database_now
from mdm.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from mdm.records.models import GoldenVersion, Pin, RecordKey, SourceVersion
from mdm.records.operations.erase import erase_values
from mdm.records.operations.pin import end_expired_pins, end_pin, pin_value
from tests.mdm.records.world import World

ANNA = {"record_type": "person", "given_name": "Anna", "family_name": "Kowalska", "emails[main].address": "a@k.example"}


def pinned(world: World, **overrides: object) -> Pin:
    code = world.golden_of("SAP", "1").code
    arguments = {"golden_code": code, "path": "language", "value": "pl", "reason": "asked her", "actor": world.engineer}
    with transaction.atomic():
        return pin_value(**{**arguments, **overrides})  # type: ignore[arg-type]


def test_a_pin_outranks_every_source_until_it_ends(world: World) -> None:
    world.say("SAP", "1", values={**ANNA, "language": "de"})
    golden = world.golden_of("SAP", "1")

    pin = pinned(world)
    assert world.values_of(golden)["language"] == "pl"
    world.say("SAP", "1", values={"language": "en"})
    assert world.values_of(golden)["language"] == "pl"

    with transaction.atomic():
        end_pin(pin_id=pin.pk, actor=world.engineer, reason="no longer")
    assert world.values_of(golden)["language"] == "en"


def test_a_pin_past_its_expiry_stops_counting(world: World) -> None:
    world.say("SAP", "1", values={**ANNA, "language": "de"})
    pin = pinned(world, expires_at=database_now() + timedelta(seconds=1))
    while pin.expires_at and database_now() <= pin.expires_at:
        time.sleep(0.1)

    assert end_expired_pins() == 1

    assert world.values_of(world.golden_of("SAP", "1"))["language"] == "de"


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": " "},
        {"reason": "no\x00body"},
        {"reason": "half \ud800"},
        {"reason": "x" * 501},
        {"path": "nonsense"},
        {"path": "emails[a\u202eb].address"},
        {"value": "x" * 10_000},
    ],
)
def test_a_pin_without_reason_or_of_a_wrong_value_is_refused(world: World, wrong: dict[str, object]) -> None:
    world.say("SAP", "1", values=ANNA)

    with pytest.raises(Invalid):
        pinned(world, **wrong)

    assert not Pin.objects.exists()


def viewer(domain: str) -> Actor:
    actor = create_actor(kind="service", name=f"Viewer of {domain}", actor=machine_actor())
    grant(subject=actor, domain=domain, action="view", actor=machine_actor())
    return actor


@pytest.mark.parametrize("act", ["pin", "end pin", "erase"])
def test_who_may_view_and_no_more_is_told_which_right_is_missing(world: World, act: str) -> None:
    world.say("SAP", "1", values=ANNA)
    pin = pinned(world)

    with pytest.raises(NotAllowed):
        _act(world, act, viewer("party"), world.golden_of("SAP", "1").code, pin.pk)

    assert Pin.objects.get(ended_at__isnull=True).value == "pl"


@pytest.mark.parametrize("act", ["pin", "end pin", "erase"])
def test_in_another_domain_everything_is_as_if_it_did_not_exist(world: World, act: str) -> None:
    world.say("SAP", "1", values=ANNA)
    pin, code, absent = pinned(world), world.golden_of("SAP", "1").code, "BP-999999"
    reader = viewer("material")

    with pytest.raises(NotFound) as hidden:
        _act(world, act, reader, code, pin.pk)
    with pytest.raises(NotFound) as unknown:
        _act(world, act, reader, absent, pin.pk + 1)

    assert _words(hidden.value) == _words(unknown.value)
    assert Pin.objects.get(ended_at__isnull=True).value == "pl"


def _act(world: World, act: str, actor: Actor, code: str, pin: int) -> None:
    if act == "pin":
        pin_value(golden_code=code, path="language", value="de", reason="none of mine", actor=actor)
    elif act == "end pin":
        end_pin(pin_id=pin, actor=actor, reason="none of mine")
    else:
        erase_values(golden_code=code, actor=actor, reason="none of mine")


def _words(refusal: NotFound) -> tuple[str, str, str]:
    return refusal.message, refusal.field, refusal.remedy


def test_a_retired_golden_record_takes_no_pin(world: World) -> None:
    world.say("SAP", "1", values=ANNA)
    code = world.golden_of("SAP", "1").code
    world.say("SAP", "1", deleted=True)

    with pytest.raises(Conflict), transaction.atomic():
        pin_value(golden_code=code, path="language", value="pl", reason="late", actor=world.engineer)


def test_erasing_a_person_leaves_no_value_and_a_green_audit(committed_world: World) -> None:
    world = committed_world
    world.say("SAP", "1", values=ANNA)
    world.say("SAP", "1", values={"language": "pl"})
    golden = world.golden_of("SAP", "1")
    pinned(world)

    with transaction.atomic():
        erased = erase_values(golden_code=golden.code, actor=world.engineer, reason="request 17")

    assert erased == 5
    assert not RecordKey.objects.exists()
    assert not Pin.objects.filter(value__isnull=False).exists()
    assert not SourceVersion.objects.filter(values__isnull=False).exists()
    *before, now = GoldenVersion.objects.order_by("number").values_list("values", flat=True)
    assert (set(before), now) == ({None}, {})
    assert verify() == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM events_auditevent WHERE detail::text LIKE '%%Kowalska%%'")
        assert cursor.fetchone() == (0,)


def test_a_value_said_again_after_erasure_starts_anew(world: World) -> None:
    world.say("SAP", "1", values=ANNA)
    golden = world.golden_of("SAP", "1")
    erase_values(golden_code=golden.code, actor=world.engineer, reason="request 17")

    outcome = world.say("SAP", "1", values=ANNA)

    assert (outcome.status, outcome.golden_code) == ("updated", golden.code)
    assert world.values_of(golden)["family_name"] == "Kowalska"
