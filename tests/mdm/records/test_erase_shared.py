"""Erasing a person whose identifiers or source records also were, or are, part of other golden records."""

from __future__ import annotations

import pytest
from django.db import transaction

from mdm.events.queries import verify
from mdm.records.models import GoldenRecord, GoldenVersion, RecordKey, SourceRecord, SourceVersion
from mdm.records.operations.erase import erase_values
from mdm.records.queries.rebuild import deviations
from tests.mdm.records.ledger import redirect
from tests.mdm.records.world import World

ANNA = {"record_type": "person", "given_name": "Anna", "family_name": "Kowalska"}
ACME = {"record_type": "organisation", "name": "Acme Industries Ltd"}
CRM = "0015g00000abcdeAAA"


def erase(world: World, code: str) -> int:
    with transaction.atomic():
        return erase_values(golden_code=code, actor=world.engineer, reason="request 17")


@pytest.fixture
def reused(committed_world: World) -> tuple[World, GoldenRecord, GoldenRecord]:
    """An identifier that stood for Anna and now stands for Acme."""
    world = committed_world
    world.say("SAP", "1", values=ANNA)
    anna = world.golden_of("SAP", "1")
    world.say("SAP", "1", deleted=True)
    world.say("SAP", "1", values=ACME)
    return world, anna, world.golden_of("SAP", "1")


def test_what_a_reused_identifier_says_of_another_thing_stays(
    reused: tuple[World, GoldenRecord, GoldenRecord],
) -> None:
    world, anna, acme = reused

    erase(world, anna.code)

    assert not GoldenVersion.objects.filter(golden=anna, values__isnull=False).exists()
    assert list(SourceVersion.objects.filter(values__isnull=False).values_list("generation", flat=True)) == [2]
    assert world.values_of(acme)["name"] == "Acme Industries Ltd"
    assert RecordKey.objects.exists() and SourceRecord.objects.get().content_hash
    assert deviations("party") == [] and verify() == []


def test_erasing_the_later_thing_leaves_what_was_said_of_the_earlier(
    reused: tuple[World, GoldenRecord, GoldenRecord],
) -> None:
    world, anna, acme = reused

    erase(world, acme.code)

    assert set(SourceVersion.objects.filter(values__isnull=False).values_list("generation", flat=True)) == {1}
    assert world.values_of(anna)["family_name"] == "Kowalska"
    assert deviations("party") == [] and verify() == []


def test_a_source_record_that_moved_takes_its_values_out_of_every_golden_record_it_was_part_of(world: World) -> None:
    world.say("SAP", "1", values=ANNA)
    world.say("CRM", CRM, values={**ANNA, "language": "pl"})
    first, second = world.golden_of("SAP", "1"), world.golden_of("CRM", CRM)
    redirect(first, second, world.engineer)
    world.say("SAP", "1", values={"salutation": "MRS"})

    erase(world, second.code)

    assert not SourceVersion.objects.filter(values__isnull=False).exists()
    assert not [values for values in GoldenVersion.objects.values_list("values", flat=True) if values]
    assert deviations("party") == []


def test_the_only_system_that_proposes_is_heard_again_after_erasure(world: World) -> None:
    code = world.say("SHOP", "A-1", values=ANNA).golden_code
    erase(world, code)

    outcome = world.say("SHOP", "A-1", values=ANNA)

    assert (outcome.held, outcome.golden_code) == ("", code)
    assert world.values_of(world.golden_of("SHOP", "A-1"))["family_name"] == "Kowalska"
