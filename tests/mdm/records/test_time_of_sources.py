"""What a source says as of its own time: older news never undo newer ones, whichever way they come."""

from __future__ import annotations

from datetime import UTC, datetime

from mdm.events.queries import verify
from mdm.records.models import Finding, SourceRecord, SourceVersion
from mdm.records.queries.rebuild import deviations
from tests.mdm.records.world import World

NORD = {"name": "Nord Stahl AG", "language": "de"}
MARCH, APRIL, MAY = (datetime(2026, month, 1, tzinfo=UTC) for month in (3, 4, 5))


def language(world: World) -> object:
    return world.values_of(world.golden_of("SAP", "1")).get("language")


def test_news_older_than_a_confirmation_of_the_same_content_arrive_late(world: World) -> None:
    world.say("SAP", "1", values=NORD, changed_at=MARCH)
    confirmed = world.say("SAP", "1", values=NORD, changed_at=MAY)

    late = world.say("SAP", "1", values={**NORD, "language": "en"}, changed_at=APRIL)

    assert confirmed.status == late.status == "unchanged"
    assert SourceVersion.objects.count() == 2
    assert language(world) == "de"


def test_a_confirmation_of_one_value_counts_like_one_of_all(world: World) -> None:
    world.say("SAP", "1", values=NORD, changed_at=MARCH)
    world.say("SAP", "1", values={"language": "de"}, changed_at=MAY)

    world.say("SAP", "1", values={"language": "en"}, changed_at=APRIL)

    assert language(world) == "de"


def test_a_deletion_that_arrives_late_is_kept_and_ends_nothing(world: World) -> None:
    code = world.say("SAP", "1", values=NORD, changed_at=MAY).golden_code

    first = world.say("SAP", "1", deleted=True, changed_at=MARCH)
    second = world.say("SAP", "1", deleted=True, changed_at=MARCH)

    record = SourceRecord.objects.get()
    assert (first.status, first.golden_code) == (second.status, second.golden_code) == ("unchanged", code)
    assert (record.version_number, record.deleted, record.changed_at) == (2, False, MAY)
    assert SourceVersion.objects.get(number=2).deleted
    assert language(world) == "de"


def test_a_value_older_than_a_repeated_deletion_does_not_bring_the_record_back(world: World) -> None:
    world.say("SAP", "1", values=NORD, changed_at=MARCH)
    world.say("SAP", "1", deleted=True, changed_at=MARCH)
    world.say("SAP", "1", deleted=True, changed_at=MAY)

    late = world.say("SAP", "1", values=NORD, changed_at=APRIL)

    assert late.status == "unchanged"
    assert SourceRecord.objects.get().deleted


def test_late_news_leave_a_deleted_record_deleted_so_that_it_comes_back_with_what_is_said_then(world: World) -> None:
    world.say("SAP", "1", values=NORD, changed_at=APRIL)
    world.say("SAP", "1", deleted=True, changed_at=MAY)
    world.say("SAP", "1", values={"language": "en"}, changed_at=MARCH)

    world.say("SAP", "1", values={"name": "Nord Stahl AG"}, changed_at=MAY)

    assert world.values_of(world.golden_of("SAP", "1")) == {"name": "Nord Stahl AG"}
    assert deviations("party") == []
    assert verify() == []


def test_a_version_that_waits_leaves_open_what_is_wrong_with_the_one_that_counts(world: World) -> None:
    world.say("SAP", "1", values={**NORD, "identifiers[eu_vat].value": "DE129273390"})

    world.say("SAP", "1", values={"name": "Acme Industries Ltd"})
    world.say("SAP", "1", values={"name": "Acme Industries Limited"})

    waiting = Finding.objects.filter(status="OPEN").values_list("kind", "version_number").distinct()
    assert set(waiting) == {("QUALITY", 1), ("QUALITY", 3), ("UNLIKE", 3)}


def test_a_deleted_record_has_no_open_finding(world: World) -> None:
    world.say("SAP", "1", values={**NORD, "identifiers[eu_vat].value": "DE129273390"})

    world.say("SAP", "1", deleted=True)

    assert not Finding.objects.filter(status="OPEN").exists()
