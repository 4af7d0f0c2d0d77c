"""The server's clock may be set back; periods of the crosswalk stay whole."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from mdm.kernel import clock
from mdm.records import identifiers
from mdm.records.models import CrosswalkEntry
from mdm.records.operations.link_ids import LinkRow, link_ids
from mdm.records.queries.crosswalk import Question, resolve
from tests.mdm.records.world import World

NORD = {"name": "Nord Stahl AG"}


@pytest.fixture
def set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock lost an hour, after what the test has written so far."""

    def an_hour_ago() -> datetime:
        return clock.database_now() - timedelta(hours=1)

    monkeypatch.setattr(identifiers, "database_now", an_hour_ago)


def as_of(world: World, moment: datetime) -> str:
    (answer,) = resolve(actor=world.engineer, questions=[Question("SAP", "1")], as_of=moment)
    return answer.status


def test_an_entry_ends_after_it_opened(world: World, set_back: None) -> None:
    world.say("SAP", "1", values=NORD)

    world.say("SAP", "1", deleted=True)
    world.say("SAP", "1", values=NORD)
    world.say("SAP", "1", deleted=True)

    first, second = CrosswalkEntry.objects.order_by("opened_at")
    assert first.ended_at is not None and second.ended_at is not None
    assert first.opened_at < first.ended_at < second.opened_at < second.ended_at
    assert [as_of(world, entry.opened_at) for entry in (first, second)] == ["current", "current"]
    assert [as_of(world, first.ended_at), as_of(world, second.ended_at)] == ["retired", "retired"]


def test_a_mapping_reopens_an_identifier_after_it_ended(world: World, set_back: None) -> None:
    world.say("SAP", "1", values=NORD)
    world.say("SAP", "1", deleted=True)
    rows = [LinkRow("1", "0015g00000abcdeAAA")]

    with transaction.atomic():
        (outcome,) = link_ids(left=world.id_type("SAP"), right=world.id_type("CRM"), rows=rows, actor=world.engineer)

    assert outcome.status == "linked"
    assert world.golden_of("SAP", "1").status == "CANDIDATE"
