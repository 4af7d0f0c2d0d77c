"""Identifiers that a system gave to what it was sent, several at once: each leads where it must, or is told why not."""

from __future__ import annotations

import pytest
from django.db import transaction

from mdm.accounts.queries import machine_actor
from mdm.events.models import AuditEvent, OutboxMessage
from mdm.records.models import CrosswalkEntry, GoldenRecord
from mdm.records.operations.activate import activate
from mdm.records.operations.attach_ids import Attached, attach_ids
from tests.mdm.records.world import World

pytestmark = pytest.mark.django_db


def _golden(world: World, number: str) -> GoldenRecord:
    world.say("SAP", number, values={"name": f"Firm {number}"})
    return world.golden_of("SAP", number)


@transaction.atomic
def _attach(world: World, *given: tuple[str, int]) -> list[Attached]:
    return attach_ids(id_type=world.id_type("SHOP"), given=given, actor=machine_actor(), reason="delivered")


def test_each_of_several_leads_to_its_record_by_an_event_of_its_own(world: World) -> None:
    first, second, third = (_golden(world, number) for number in ("100001", "100002", "100003"))
    with transaction.atomic():
        activate(goldens=[first.pk, second.pk], actor=machine_actor())
    revisions = [golden.crosswalk_revision for golden in (first, second, third)]

    answers = _attach(world, ("K-2", second.pk), ("K-1", first.pk), ("K-3", third.pk))

    assert answers == [Attached("opened", golden.pk) for golden in (second, first, third)]
    for golden, key, revision in zip((first, second, third), ("K-1", "K-2", "K-3"), revisions, strict=True):
        entry = CrosswalkEntry.objects.get(external_id__value=key, ended_at=None)
        event = AuditEvent.objects.get(pk=entry.opened_event_id)
        golden.refresh_from_db()
        assert (entry.golden, golden.crosswalk_revision) == (golden, revision + 1)
        assert (event.type, event.subject) == ("id.attached", f"golden:{golden.code}")
    (told,) = OutboxMessage.objects.filter(detail__kind="id.attached")
    assert told.detail["goldens"] == [first.pk, second.pk], "of one never released nobody is told"


def test_one_that_leads_elsewhere_stays_there_also_when_both_come_at_once(world: World) -> None:
    first, second = _golden(world, "100001"), _golden(world, "100002")
    _attach(world, ("K-1", first.pk))

    answers = _attach(world, ("K-1", second.pk), ("K-1", first.pk), ("K-2", first.pk), ("K-2", second.pk))

    assert [(one.status, one.golden) for one in answers] == [
        ("taken", first.pk),
        ("unchanged", first.pk),
        ("opened", first.pk),
        ("taken", first.pk),
    ]
    assert CrosswalkEntry.objects.filter(external_id__value__startswith="K-").count() == 2


def test_a_value_that_is_none_keeps_the_others_from_nothing(world: World) -> None:
    first, second = _golden(world, "100001"), _golden(world, "100002")

    answers = _attach(world, (" ", first.pk), ("K-2", second.pk))

    assert [one.status for one in answers] == ["unusable", "opened"]
    assert answers[0].why and not CrosswalkEntry.objects.filter(golden=first, external_id__id_type__system="SHOP")
