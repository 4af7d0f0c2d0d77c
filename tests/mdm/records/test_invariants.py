"""What the database itself refuses, tried by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from mdm.kernel.constraints import violated
from mdm.records.models import GoldenRecord
from mdm.records.operations.pin import end_pin, pin_value
from tests.mdm.records.world import World


def refused(statement: str, parameters: list[Any] | None = None) -> str:
    """Run the statement to its commit point and return the name of the constraint that refused it."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters or [])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return violated(caught.value)


@pytest.fixture
def golden(world: World) -> int:
    world.say("SAP", "1", values={"name": "Nord Stahl AG"})
    return world.golden_of("SAP", "1").pk


def test_periods_of_one_identifier_never_overlap(golden: int) -> None:
    name = refused(
        "INSERT INTO records_crosswalkentry (external_id_id, golden_id, opened_at, ended_at, opened_event_id,"
        " ended_event_id) SELECT external_id_id, golden_id, opened_at - interval '1 day', opened_at + interval '1 day',"
        " opened_event_id, opened_event_id FROM records_crosswalkentry"
    )
    assert name == "crosswalk_periods_never_overlap"


def test_an_identifier_has_one_open_entry(golden: int) -> None:
    name = refused(
        "INSERT INTO records_crosswalkentry (external_id_id, golden_id, opened_at, opened_event_id)"
        " SELECT external_id_id, golden_id, opened_at + interval '1 day', opened_event_id FROM records_crosswalkentry"
    )
    assert name in {"crosswalk_one_open_entry", "crosswalk_periods_never_overlap"}


def test_an_identifier_is_unique_in_its_type_and_scope(golden: int) -> None:
    name = refused(
        "INSERT INTO records_externalid (id_type_id, scope, value, value_as_sent, created_at)"
        " SELECT id_type_id, scope, value, 'again', now() FROM records_externalid"
    )
    assert name == "external_id_unique"


def test_a_living_golden_record_keeps_an_open_entry(golden: int) -> None:
    name = refused(
        "UPDATE records_crosswalkentry SET ended_at = clock_timestamp(), ended_event_id = opened_event_id"
        " WHERE golden_id = %s",
        [golden],
    )
    assert name == "living_golden_has_open_entry"


def test_a_golden_record_without_entry_cannot_come_alive(golden: int, world: World) -> None:
    world.say("SAP", "1", deleted=True)
    assert (
        refused("UPDATE records_goldenrecord SET status = 'CANDIDATE' WHERE id = %s", [golden])
        == "living_golden_has_open_entry"
    )


@pytest.mark.parametrize("status", ["REDIRECTED", "SPLIT"])
def test_a_status_that_leads_elsewhere_needs_its_successors(golden: int, status: str) -> None:
    name = refused(
        "UPDATE records_crosswalkentry SET ended_at = clock_timestamp(), ended_event_id = opened_event_id;"
        " UPDATE records_goldenrecord SET status = %s WHERE id = %s",
        [status, golden],
    )
    assert name == "golden_status_fits_successors"


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("UPDATE records_goldenrecord SET status = 'LOST'", "golden_status_known"),
        ("UPDATE records_goldenrecord SET code = 'BP-999999'", "records_goldenrecord_identity_fixed"),
        ("UPDATE records_goldenrecord SET version_number = 0", "records_goldenrecord_identity_fixed"),
        ("UPDATE records_externalid SET value = 'another'", "records_externalid_identity_fixed"),
        ("UPDATE records_sourcerecord SET generation = 0", "records_sourcerecord_identity_fixed"),
        ("UPDATE records_sourcerecord SET in_force = 2", "source_record_versions_in_order"),
        ("UPDATE records_crosswalkentry SET opened_at = opened_at - interval '1 day'", "crosswalk_entry_only_ends"),
    ],
)
def test_what_must_not_change_is_refused(golden: int, statement: str, constraint: str) -> None:
    assert refused(statement) == constraint


def test_a_golden_record_that_lives_no_more_keeps_no_open_entry(golden: int) -> None:
    name = refused("UPDATE records_goldenrecord SET status = 'RETIRED' WHERE id = %s", [golden])
    assert name == "left_golden_has_no_open_entry"


@pytest.mark.parametrize(
    "change",
    [
        "path = 'name'",
        "value = '\"fr\"'",
        "reason = 'another'",
        "expires_at = now()",
        "author_id = 1",
        "ended_at = NULL",
        "ended_at = now()",
    ],
)
def test_a_pin_that_ended_is_not_rewritten(golden: int, world: World, change: str) -> None:
    code = GoldenRecord.objects.get(pk=golden).code
    pin = pin_value(golden_code=code, path="language", value="pl", reason="asked her", actor=world.engineer)
    end_pin(pin_id=pin.pk, actor=world.engineer, reason="asked again")

    assert refused(f"UPDATE records_pin SET {change}") == "pin_only_ends"


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM records_finding",
        "DELETE FROM records_pin",
        "DELETE FROM records_crosswalkentry",
        "DELETE FROM records_externalid",
        "DELETE FROM records_goldensuccessor",
        "UPDATE records_goldensuccessor SET golden_id = successor_id",
        "TRUNCATE records_recordkey",
        "SELECT setval('records_golden_code_seq', 1)",
    ],
)
def test_the_application_has_no_right_to_unsay(golden: int, statement: str) -> None:
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.parametrize("table", ["records_sourceversion", "records_goldenversion"])
@pytest.mark.parametrize("change", ["UPDATE {} SET number = 9", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_application_has_no_right_to_change_history(golden: int, table: str, change: str) -> None:
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change.format(table))


@pytest.mark.parametrize("table", ["records_sourceversion", "records_goldenversion"])
@pytest.mark.parametrize("change", ["UPDATE {} SET number = 9", "DELETE FROM {}", "UPDATE {} SET salt = NULL"])
def test_triggers_refuse_even_the_owner_a_change_of_history(
    committed_world: World, as_owner: Callable[[], Any], table: str, change: str
) -> None:
    committed_world.say("SAP", "1", values={"name": "Nord Stahl AG"})

    with pytest.raises(Exception, match="is history"), as_owner() as cursor:
        cursor.execute(change.format(table))
