"""Others are told of every change of a released golden record, once per act, and of no other."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from mdm.accounts.queries import machine_actor
from mdm.events.models import OutboxMessage
from mdm.governance.operations.draft_rule_set import draft_rule_set
from mdm.governance.operations.publish_rule_set import publish_rule_set
from mdm.kernel.clock import database_now
from mdm.kernel.errors import Conflict, NotAllowed, NotFound
from mdm.records.models import GoldenRecord
from mdm.records.operations.activate import activate
from mdm.records.operations.erase import erase_values
from mdm.records.operations.link_ids import LinkRow, link_ids
from mdm.records.operations.pin import end_expired_pins, end_pin, pin_value
from mdm.records.operations.reproject import reproject
from tests.mdm.records.world import World

NORD = {"name": "Nord Stahl AG", "language": "de"}
CRM = "0015g00000abcdeAAA"


def speak(world: World, golden: GoldenRecord) -> None:
    world.say("SAP", "1", values={"language": "en"})


def delete(world: World, golden: GoldenRecord) -> None:
    world.say("SAP", "1", deleted=True)


def map_ids(world: World, golden: GoldenRecord) -> None:
    left, right = world.id_type("SAP"), world.id_type("CRM")
    link_ids(left=left, right=right, rows=[LinkRow("1", CRM)], actor=world.engineer)


def pin(world: World, golden: GoldenRecord, **given: Any) -> int:
    said: dict[str, Any] = {
        "golden_code": golden.code,
        "path": "name",
        "value": "Nord",
        "reason": "asked",
        "actor": world.engineer,
    }
    return pin_value(**said | given).pk


def erase(world: World, golden: GoldenRecord) -> None:
    erase_values(golden_code=golden.code, actor=world.engineer, reason="request 17")


Act = Callable[[World, GoldenRecord], object]
ACTS: dict[str, list[Act]] = {
    "records.observed": [speak, delete],
    "mapping.imported": [map_ids],
    "golden.pinned": [pin],
    "golden.projected": [erase],
}


def told() -> list[dict[str, Any]]:
    return list(OutboxMessage.objects.filter(type="golden.changed").order_by("pk").values_list("detail", flat=True))


@pytest.mark.parametrize(("cause", "act"), [(cause, act) for cause, acts in ACTS.items() for act in acts])
def test_every_act_on_a_released_record_is_told_once(world: World, cause: str, act: Act) -> None:
    world.say("SAP", "1", values=NORD)
    golden = world.golden_of("SAP", "1")
    activate(goldens=[golden.pk], actor=world.engineer)
    before = told()

    act(world, golden)

    assert [(m["goldens"], m["kind"], m["decision"]) for m in told()[len(before) :]] == [([golden.pk], cause, None)]


@pytest.mark.parametrize("act", [act for acts in ACTS.values() for act in acts])
def test_of_a_record_that_was_never_released_nobody_learns(world: World, act: Act) -> None:
    world.say("SAP", "1", values=NORD)

    act(world, world.golden_of("SAP", "1"))

    assert told() == []


def test_the_end_of_a_pin_is_told(world: World) -> None:
    world.say("SAP", "1", values=NORD)
    golden = world.golden_of("SAP", "1")
    activate(goldens=[golden.pk], actor=world.engineer)
    expiring = database_now() + timedelta(seconds=1)
    pin(world, golden, expires_at=expiring)

    end_pin(pin_id=pin(world, golden, path="language", value="pl"), actor=world.engineer, reason="no longer")
    while database_now() <= expiring:
        time.sleep(0.1)
    end_expired_pins()

    causes = [message["kind"] for message in told()]
    assert causes == ["golden.released", "golden.pinned", "golden.pinned", "golden.unpinned", "golden.unpinned"]


def test_what_new_rules_change_is_told(world: World) -> None:
    for number in ("1", "2"):
        world.say("SAP", number, values=NORD)
    map_ids(world, world.golden_of("SAP", "1"))
    world.say("CRM", CRM, values={"language": "fr"})
    golden, other = world.golden_of("SAP", "1"), world.golden_of("SAP", "2")
    activate(goldens=[golden.pk, other.pk], actor=world.engineer)
    rules = draft_rule_set(
        domain="party", content={"survivorship": {"systems": ["CRM", "SAP", "SHOP"]}}, actor=machine_actor()
    )
    publish_rule_set(domain="party", number=rules.number, actor=machine_actor())

    reproject(domain="party", goldens=[golden.pk, other.pk], actor=machine_actor(), reason="new rules")

    assert world.values_of(golden)["language"] == "fr"
    assert (told()[-1]["goldens"], told()[-1]["kind"]) == ([golden.pk], "golden.projected")


def test_a_record_is_released_once_and_stays_so(world: World) -> None:
    world.say("SAP", "1", values=NORD)
    golden = world.golden_of("SAP", "1")

    assert activate(goldens=[golden.pk], actor=world.engineer) == 1
    assert activate(goldens=[golden.pk], actor=world.engineer) == 0
    first = GoldenRecord.objects.get(pk=golden.pk)
    world.say("SAP", "1", values={"language": "en"})

    now = GoldenRecord.objects.get(pk=golden.pk)
    assert (first.status, now.status, now.released_at, now.version_number) == ("ACTIVE", "ACTIVE", first.released_at, 3)
    world.say("SAP", "1", deleted=True)
    with pytest.raises(Conflict, match="retired"):
        activate(goldens=[golden.pk], actor=world.engineer)
    world.say("SAP", "1", values=NORD)
    assert GoldenRecord.objects.get(pk=golden.pk).status == "CANDIDATE"


def test_releasing_needs_the_right_and_a_record(world: World) -> None:
    world.say("SAP", "1", values=NORD)
    golden = world.golden_of("SAP", "1")

    with pytest.raises(NotAllowed):
        activate(goldens=[golden.pk], actor=world.stranger)
    with pytest.raises(NotFound):
        activate(goldens=[golden.pk + 1_000], actor=world.engineer)

    assert GoldenRecord.objects.get(pk=golden.pk).released_at is None
