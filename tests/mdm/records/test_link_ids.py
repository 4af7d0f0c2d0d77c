"""Existing mapping sheets become crosswalk."""

from __future__ import annotations

import pytest
from django.db import transaction

from mdm.kernel.errors import NotAllowed
from mdm.records.models import CrosswalkEntry, ExternalId, GoldenRecord, SourceRecord
from mdm.records.operations.link_ids import LinkOutcome, LinkRow, link_ids
from mdm.records.queries.rebuild import deviations
from tests.mdm.records.world import World

CRM_A, CRM_B = "0015g00000abcdeAAA", "0015g00000abcdfAAA"


def link(world: World, *pairs: tuple[str, str]) -> list[LinkOutcome]:
    rows = [LinkRow(left, right, position=index) for index, (left, right) in enumerate(pairs)]
    with transaction.atomic():
        return link_ids(left=world.id_type("SAP"), right=world.id_type("CRM"), rows=rows, actor=world.engineer)


def test_two_unknown_ids_share_one_candidate_without_source_records(world: World) -> None:
    (outcome,) = link(world, ("0001", CRM_A))

    golden = GoldenRecord.objects.get()
    assert (outcome.status, outcome.golden_code, golden.status) == ("created", golden.code, "CANDIDATE")
    assert golden.entries.filter(ended_at__isnull=True).count() == 2
    assert not SourceRecord.objects.exists()


def test_an_unknown_id_joins_the_golden_record_of_the_known_one(world: World) -> None:
    code = world.say("SAP", "1", values={"name": "Nord Stahl AG"}).golden_code

    (outcome,) = link(world, ("1", CRM_A))

    assert (outcome.status, outcome.golden_code) == ("linked", code)
    assert world.golden_of("CRM", CRM_A).crosswalk_revision == 2


def test_a_pair_that_leads_to_one_golden_record_already_changes_nothing(world: World) -> None:
    link(world, ("1", CRM_A))

    (outcome,) = link(world, ("0001", CRM_A[:15]))

    assert outcome.status == "unchanged"
    assert CrosswalkEntry.objects.count() == 2


def test_a_pair_on_two_golden_records_is_a_collision_that_names_both_and_changes_nothing(world: World) -> None:
    one = world.say("SAP", "1", values={"name": "Nord Stahl AG"}).golden_code
    other = world.say("CRM", CRM_A, values={"name": "Acme Ltd"}).golden_code

    (outcome,) = link(world, ("1", CRM_A))

    assert (outcome.status, outcome.golden_code, outcome.other_code) == ("collision", one, other)
    assert CrosswalkEntry.objects.filter(ended_at__isnull=False).count() == 0


def test_rows_of_one_sheet_build_on_each_other_in_order(world: World) -> None:
    outcomes = link(world, ("1", CRM_A), ("2", CRM_A), ("2", CRM_B), ("3", CRM_B))

    assert [outcome.status for outcome in outcomes] == ["created", "linked", "linked", "linked"]
    assert GoldenRecord.objects.count() == 1
    assert len({outcome.golden_code for outcome in outcomes}) == 1


def test_a_row_with_an_unusable_id_is_refused_and_the_others_load(world: World) -> None:
    outcomes = link(world, ("", CRM_A), ("2", CRM_B))

    assert [outcome.status for outcome in outcomes] == ["rejected", "created"]
    assert outcomes[0].message and outcomes[0].remedy
    assert not ExternalId.objects.filter(value=CRM_A).exists()


def test_a_later_ingest_attaches_its_source_record_to_the_existing_entry(world: World) -> None:
    (outcome,) = link(world, ("1", CRM_A))

    said = world.say("SAP", "1", values={"name": "Nord Stahl AG"})

    assert said.golden_code == outcome.golden_code
    assert CrosswalkEntry.objects.count() == 2
    assert world.values_of(world.golden_of("CRM", CRM_A))["name"] == "Nord Stahl AG"


def test_a_proposing_system_that_attaches_to_others_only_proposes(world: World) -> None:
    rows = [LinkRow("1", "A-1")]
    with transaction.atomic():
        link_ids(left=world.id_type("SAP"), right=world.id_type("SHOP"), rows=rows, actor=world.engineer)
    world.say("SAP", "1", values={"name": "Nord Stahl AG"})

    outcome = world.say("SHOP", "A-1", values={"name": "Nord Stahl AG", "language": "de"})

    assert outcome.held == "proposed"
    assert "language" not in world.values_of(world.golden_of("SAP", "1"))


def test_mapping_needs_the_right_to_operate_both_systems(world: World) -> None:
    with pytest.raises(NotAllowed), transaction.atomic():
        link_ids(
            left=world.id_type("SAP"), right=world.id_type("CRM"), rows=[LinkRow("1", CRM_A)], actor=world.stranger
        )

    assert not ExternalId.objects.exists()


def test_what_a_deleted_id_says_after_a_mapping_linked_it_again_counts_at_once_and_its_past_does_not(
    world: World,
) -> None:
    code = world.say("SAP", "1", values={"name": "Nord Stahl AG", "language": "de"}).golden_code
    world.say("SAP", "1", deleted=True)
    link(world, ("1", CRM_A))

    outcome = world.say("SAP", "1", values={"name": "Acme Industries Ltd"})

    assert (outcome.golden_code, outcome.held) == (code, "")
    assert world.values_of(world.golden_of("SAP", "1")) == {"name": "Acme Industries Ltd"}
    assert deviations("party") == []
