"""Releasing: nothing is released before it was matched, nor while a question or a hold stands against it."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from mdm.accounts.queries import machine_actor
from mdm.events.models import OutboxMessage
from mdm.governance.operations.set_policy import set_policy
from mdm.kernel.errors import Conflict, NotAllowed, NotFound
from mdm.records.models import GoldenRecord
from mdm.stewardship.models import TaskMember
from mdm.stewardship.operations.release_due import release_due
from mdm.stewardship.operations.release_record import release_record, what_keeps_it
from tests.mdm.records.world import World
from tests.mdm.stewardship.desk import lay_matching, match

ALPHA: dict[str, Any] = {
    "name": "Alpha Handel GmbH",
    "record_type": "organisation",
    "record_class": "real",
    "addresses[main].city": "Kiel",
}


@pytest.fixture
def matched(world: World) -> World:
    """A world whose records are matched, and whose policy is `reviewed`."""
    lay_matching()
    set_policy(domain="party", release="reviewed", hold_seconds=0, auto_merge=False, actor=world.engineer)
    return world


def test_what_was_not_matched_is_not_released(matched: World) -> None:
    matched.say("SAP", "1", values=ALPHA)

    released = release_due(actor=machine_actor())

    golden = matched.golden_of("SAP", "1")
    assert released == 0 and golden.status == "CANDIDATE"
    assert what_keeps_it(golden_code=golden.code, actor=matched.engineer) == ["The match pass has not come by yet."]


def test_what_was_matched_and_is_like_nothing_is_released_once(matched: World) -> None:
    matched.say("SAP", "1", values=ALPHA)
    match(matched)

    first, second = release_due(actor=machine_actor()), release_due(actor=machine_actor())

    assert (first, second) == (1, 0)
    assert matched.golden_of("SAP", "1").status == "ACTIVE"
    assert OutboxMessage.objects.filter(type="golden.changed").count() == 1


def test_what_may_be_a_duplicate_waits_for_the_decision(matched: World) -> None:
    tax = {"identifiers[eu_vat].value": "DE129273398"}
    matched.say("SAP", "1", values=ALPHA | tax)
    matched.say("CRM", "0015g00000abcde", values=ALPHA | tax)
    match(matched)

    released = release_due(actor=machine_actor())

    assert TaskMember.objects.filter(open=True).count() == 2
    assert released == 0 and set(GoldenRecord.objects.values_list("status", flat=True)) == {"CANDIDATE"}
    assert not OutboxMessage.objects.filter(type="golden.changed").exists()


@pytest.mark.parametrize(
    ("held", "words"),
    [({"business_status": "sanctioned"}, "sanctioned"), ({"record_class": "test"}, "test")],
)
def test_a_hold_keeps_a_record_in(matched: World, held: dict[str, Any], words: str) -> None:
    matched.say("SAP", "1", values=ALPHA | held)
    match(matched)
    golden = matched.golden_of("SAP", "1")

    released = release_due(actor=machine_actor())
    with pytest.raises(Conflict, match=words):
        release_record(
            golden_code=golden.code, version=golden.version_number, decision_id=uuid.uuid4(), actor=matched.engineer
        )

    assert released == 0 and matched.golden_of("SAP", "1").status == "CANDIDATE"


def test_a_domain_that_leaves_it_to_stewards_releases_nothing_by_itself(matched: World) -> None:
    set_policy(domain="party", release="steward", hold_seconds=0, auto_merge=False, actor=matched.engineer)
    matched.say("SAP", "1", values=ALPHA)
    match(matched)

    released = release_due(actor=machine_actor())
    golden = matched.golden_of("SAP", "1")
    release_record(
        golden_code=golden.code, version=golden.version_number, decision_id=uuid.uuid4(), actor=matched.engineer
    )

    assert released == 0
    assert matched.golden_of("SAP", "1").status == "ACTIVE"


def test_only_who_decides_releases_and_a_stranger_finds_no_record(matched: World) -> None:
    matched.say("SAP", "1", values=ALPHA)
    match(matched)
    golden = matched.golden_of("SAP", "1")

    with pytest.raises((NotFound, NotAllowed)):
        release_record(
            golden_code=golden.code, version=golden.version_number, decision_id=uuid.uuid4(), actor=matched.stranger
        )

    assert matched.golden_of("SAP", "1").status == "CANDIDATE"
