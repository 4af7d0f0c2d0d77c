"""What systems say becomes history, crosswalk and golden records."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import transaction

from mdm.kernel.errors import NotAllowed
from mdm.records.models import (
    CrosswalkEntry,
    ExternalId,
    Finding,
    GoldenVersion,
    RecordKey,
    SourceRecord,
    SourceVersion,
)
from mdm.records.observation import Observation
from mdm.records.operations.link_ids import LinkRow, link_ids
from mdm.records.queries.rebuild import deviations
from tests.mdm.records.world import World

MUELLER = {"name": "Müller & Söhne GmbH", "record_type": "organisation", "addresses[legal].city": "Stuttgart"}


def record_of(system_value: str) -> SourceRecord:
    return SourceRecord.objects.get(external_id__value=system_value)


def test_a_new_identifier_gets_a_candidate_golden_record_of_its_own(world: World) -> None:
    outcome = world.say("SAP", "0000100482", values=MUELLER)

    golden = world.golden_of("SAP", "100482")
    assert (outcome.status, outcome.golden_code) == ("created", golden.code)
    assert (golden.status, golden.version_number, golden.crosswalk_revision) == ("CANDIDATE", 1, 1)
    assert world.values_of(golden)["name"] == "Müller & Söhne GmbH"


def test_another_spelling_of_the_id_with_the_same_content_changes_nothing(world: World) -> None:
    world.say("SAP", "0000100482", values=MUELLER)

    outcome = world.say("SAP", "100482", values=MUELLER)

    assert outcome.status == "unchanged"
    assert SourceVersion.objects.count() == GoldenVersion.objects.count() == ExternalId.objects.count() == 1


def test_a_changed_value_cuts_a_version_of_source_and_golden(world: World) -> None:
    world.say("SAP", "1", values=MUELLER)

    outcome = world.say("SAP", "1", values={"addresses[legal].city": "Esslingen"})

    version = world.version_of(world.golden_of("SAP", "1"))
    assert outcome.status == "updated"
    assert (version.number, (version.values or {})["addresses[legal].city"]) == (2, "Esslingen")


def test_an_absent_attribute_stays_and_null_clears(world: World) -> None:
    world.say("SAP", "1", values={**MUELLER, "language": "de"})

    world.say("SAP", "1", values={"language": None})

    values = world.values_of(world.golden_of("SAP", "1"))
    assert "language" not in values
    assert values["name"] == "Müller & Söhne GmbH"


def test_null_for_an_element_clears_all_of_it(world: World) -> None:
    world.say("SAP", "1", values={**MUELLER, "addresses[legal].street": "Industriestr. 12"})

    world.say("SAP", "1", values={"addresses[legal]": None})

    assert not [p for p in world.values_of(world.golden_of("SAP", "1")) if p.startswith("addresses[legal]")]


def test_a_deleted_record_ends_its_entry_and_retires_its_golden_record(world: World) -> None:
    code = world.say("SAP", "1", values=MUELLER).golden_code

    outcome = world.say("SAP", "1", deleted=True)

    entry = CrosswalkEntry.objects.get()
    assert outcome.status == "deleted"
    assert entry.ended_at is not None
    assert (entry.golden.code, entry.golden.status, entry.golden.crosswalk_revision) == (code, "RETIRED", 2)
    assert not RecordKey.objects.exists()


def test_the_same_id_back_reopens_its_last_golden_record(world: World) -> None:
    code = world.say("SAP", "1", values=MUELLER).golden_code
    world.say("SAP", "1", deleted=True)

    outcome = world.say("SAP", "1", values=MUELLER)

    golden = world.golden_of("SAP", "1")
    assert (outcome.golden_code, golden.code, golden.status) == (code, code, "CANDIDATE")
    assert record_of("1").generation == 1


def test_an_id_back_for_something_else_is_a_new_generation_with_a_golden_record_of_its_own(world: World) -> None:
    old = world.say("SAP", "1", values=MUELLER).golden_code
    world.say("SAP", "1", deleted=True)

    outcome = world.say("SAP", "1", values={"name": "Acme Industries Ltd", "record_type": "organisation"})

    assert outcome.golden_code != old
    assert record_of("1").generation == 2
    assert Finding.objects.get(kind="REUSED").status == "OPEN"


def test_a_version_unlike_its_predecessor_is_stored_and_waits(world: World) -> None:
    code = world.say("SAP", "1", values=MUELLER).golden_code

    outcome = world.say("SAP", "1", values={"name": "Acme Industries Ltd"})

    record = record_of("1")
    assert outcome.held
    assert (record.version_number, record.in_force) == (2, 1)
    assert Finding.objects.get(kind="UNLIKE", status="OPEN").version_number == 2
    assert world.values_of(world.golden_of("SAP", "1"))["name"] == "Müller & Söhne GmbH"
    assert outcome.golden_code == code


def test_a_version_like_the_one_in_force_ends_the_wait(world: World) -> None:
    world.say("SAP", "1", values=MUELLER)
    world.say("SAP", "1", values={"name": "Acme Industries Ltd"})

    world.say("SAP", "1", values={"name": "Müller und Söhne GmbH"})

    assert record_of("1").in_force == 3
    assert not Finding.objects.filter(status="OPEN", kind="UNLIKE").exists()
    assert world.values_of(world.golden_of("SAP", "1"))["name"] == "Müller und Söhne GmbH"


def test_an_older_version_arriving_late_is_kept_and_answered_unchanged(world: World) -> None:
    march, may = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)
    world.say("SAP", "1", values=MUELLER, changed_at=may)

    first = world.say("SAP", "1", values={**MUELLER, "language": "de"}, changed_at=march)
    second = world.say("SAP", "1", values={**MUELLER, "language": "de"}, changed_at=march)

    assert first.status == second.status == "unchanged"
    assert SourceVersion.objects.count() == 2
    assert "language" not in world.values_of(world.golden_of("SAP", "1"))


def test_a_value_that_may_only_be_proposed_waits_as_a_finding(world: World) -> None:
    world.say("SHOP", "A-1", values=MUELLER)

    outcome = world.say("SHOP", "A-1", values={"addresses[legal].city": "Esslingen"})

    assert outcome.held == "proposed"
    assert world.values_of(world.golden_of("SHOP", "A-1"))["addresses[legal].city"] == "Stuttgart"
    finding = Finding.objects.get(kind="PROPOSED")
    assert (finding.path, finding.status) == ("addresses[legal].city", "OPEN")


def test_a_value_that_may_only_be_read_never_reaches_the_golden_record(world: World) -> None:
    world.say("CRM", "0015g00000abcde", values={**MUELLER, "company_codes[1000].payment_terms": "Z030"})

    values = world.values_of(world.golden_of("CRM", "0015g00000abcdeAAA"))
    assert "company_codes[1000].payment_terms" not in values
    assert "name" in values


def test_a_failed_check_digit_is_stored_with_a_quality_finding(world: World) -> None:
    outcome = world.say("SAP", "1", values={**MUELLER, "identifiers[eu_vat].value": "DE129273390"})

    assert outcome.status == "created"
    assert Finding.objects.filter(kind="QUALITY", path="identifiers[eu_vat].value", status="OPEN").exists()


def test_a_wrong_structure_rejects_the_row_and_nothing_is_stored(world: World) -> None:
    outcome = world.say("SAP", "1", values={"nonsense": "x"})

    assert outcome.status == "rejected"
    assert outcome.issues[0].path == "nonsense" and outcome.issues[0].remedy
    assert not ExternalId.objects.exists()


def test_the_same_id_twice_in_a_batch_counts_once_when_equal_and_is_refused_when_not(world: World) -> None:
    def batch(*names: str) -> list[str]:
        said = [Observation("7", {**MUELLER, "name": name}, position=i) for i, name in enumerate(names)]
        return [outcome.status for outcome in world.say_all("SAP", said)]

    assert batch("Nord Stahl AG", "Nord Stahl KG") == ["rejected", "rejected"]
    assert batch("Nord Stahl AG", "Nord Stahl AG") == ["created", "unchanged"]


def test_without_the_right_to_operate_nothing_is_written(world: World) -> None:
    with pytest.raises(NotAllowed):
        world.say("SAP", "1", values=MUELLER, actor=world.stranger)

    assert not ExternalId.objects.exists()


def test_the_stored_projection_equals_one_made_from_scratch(world: World) -> None:
    world.say("SAP", "1", values=MUELLER)
    world.say("CRM", "0015g00000abcde", values={**MUELLER, "emails[main].address": "info@mueller.example"})
    world.say("SAP", "1", values={"language": "de"})

    assert deviations("party") == []


def test_every_attribute_is_answered_by_what_became_of_it(world: World) -> None:
    sap = world.say("SAP", "1", values={**MUELLER, "language": "de"})
    rows = [LinkRow("1", "0015g00000abcdeAAA")]
    with transaction.atomic():
        link_ids(left=world.id_type("SAP"), right=world.id_type("CRM"), rows=rows, actor=world.engineer)

    outcome = world.say(
        "CRM",
        "0015g00000abcdeAAA",
        values={
            **MUELLER,
            "language": "en",
            "company_codes[1000].payment_terms": "Z030",
            "emails[main].address": "info@mueller.example",
        },
        answers=True,
    )

    answers = {path: (answer.answer, answer.winner) for path, answer in outcome.attributes.items()}
    assert outcome.golden_code == sap.golden_code
    assert answers["emails[main].address"] == ("accepted", "")
    assert answers["language"] == ("shadowed", "SAP")
    assert answers["company_codes[1000].payment_terms"] == ("rejected", "")
    assert outcome.attributes["company_codes[1000].payment_terms"].owner == ["SAP"]
    assert outcome.attributes["language"].winner_value == "de"
