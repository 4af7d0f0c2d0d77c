"""Tampering with version rows is found and named; erasing by the audited function is not tampering."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError, ProgrammingError

from mdm.accounts.models import Actor
from mdm.events.models import AuditEvent
from mdm.events.operations import erase_versions as erasing
from mdm.events.operations.erase_versions import erase_versions
from mdm.events.operations.record import EventDraft, record
from mdm.events.operations.seal import seal
from mdm.events.queries import verify
from tests.mdm.events.notes import values_of, write_notes
from tests.mdm.events.test_append_only import AsOwner
from tests.mdm.events.test_verify_chain import found, tamper

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("note_history")]
CONTENTS: list[dict[str, Any]] = [
    {"name": "Anna Żółć", "age": 41, "active": True, "note": None},
    {"name": "Ben"},
    {"name": "Cem"},
]


@pytest.fixture
def actor(transactional_db: None) -> Actor:
    return Actor.objects.get(kind="machine")


@pytest.fixture
def written(actor: Actor) -> tuple[int, list[int]]:
    event, notes = write_notes(CONTENTS, actor=actor)
    write_notes([{"name": "Dora"}], actor=actor)
    seal()
    assert verify() == []
    return event, notes


def erase(notes: list[int], actor: Actor) -> list[int]:
    return erase_versions(
        rows={"test_note": notes}, domain="party", subject="golden:BP-1", actor=actor, reason="request 17"
    )


def call_erase(table: str, ids: list[int], event: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT touchstone_erase_versions(%s, %s, %s)", [table, ids, event])


@pytest.mark.parametrize(
    "change", ['"values" = \'{"name": "Eve"}\'', "number = 7", "changed_at = now()", "salt = '\\x00'"]
)
def test_a_changed_version_is_found(change: str, written: tuple[int, list[int]], as_owner: AsOwner) -> None:
    event, notes = written
    tamper(as_owner, f"UPDATE test_note SET {change} WHERE id = {notes[1]}")

    (fault,) = verify()
    assert (fault.code, fault.where) == ("version_changed", f"test_note row {notes[1]}")
    assert fault.message == f"test_note row {notes[1]} was changed after event {event} wrote it."


def test_a_version_changed_with_a_fitting_digest_is_found(written: tuple[int, list[int]], as_owner: AsOwner) -> None:
    event, notes = written
    forged = """UPDATE test_note SET number = 2, "values" = '{"name":"Eve"}',
        digest = sha256(salt || convert_to('{"changed_at":null,"number":2,"values":{"name":"Eve"}}', 'UTF8'))"""
    tamper(as_owner, f"{forged} WHERE id = {notes[1]}")

    (fault,) = verify()
    assert (fault.code, fault.where) == ("versions_differ", f"event {event}")
    assert f"test_note row {notes[1]}" in fault.message


def test_a_deleted_version_is_found(written: tuple[int, list[int]], as_owner: AsOwner) -> None:
    event, notes = written
    tamper(as_owner, f"DELETE FROM test_note WHERE id = {notes[1]}")

    (fault,) = verify()
    assert (fault.code, fault.where) == ("versions_differ", f"event {event}")
    assert fault.message.startswith(f"Event {event} wrote 3, and 2 version rows are put down to it: ")


def test_an_added_version_is_found(written: tuple[int, list[int]], as_owner: AsOwner) -> None:
    event, notes = written
    columns = 'number, "values", changed_at, event_id, salt, digest'
    tamper(as_owner, f"INSERT INTO test_note ({columns}) SELECT {columns} FROM test_note WHERE id = {notes[0]}")

    assert found() == [("versions_differ", f"event {event}")]


def test_a_version_put_down_to_another_event_is_found_at_both(
    written: tuple[int, list[int]], as_owner: AsOwner
) -> None:
    event, notes = written
    tamper(as_owner, f"UPDATE test_note SET event_id = {event + 1} WHERE id = {notes[0]}")

    assert found() == [("versions_differ", f"event {event}"), ("versions_differ", f"event {event + 1}")]


@pytest.mark.parametrize("event", [0, 10**12])
def test_a_version_without_an_event_is_found(event: int, written: tuple[int, list[int]], as_owner: AsOwner) -> None:
    _, notes = written
    tamper(as_owner, f"UPDATE test_note SET event_id = {event} WHERE id = {notes[0]}")

    assert ("version_without_event", f"test_note row {notes[0]}") in found()


def test_a_tombstone_without_its_event_is_found(written: tuple[int, list[int]], as_owner: AsOwner) -> None:
    _, notes = written
    tamper(as_owner, f'UPDATE test_note SET "values" = NULL, salt = NULL WHERE id = {notes[0]}')

    (fault,) = verify()
    assert (fault.code, fault.where) == ("erased_without_event", f"test_note row {notes[0]}")


def test_values_without_their_salt_are_found(written: tuple[int, list[int]], as_owner: AsOwner) -> None:
    _, notes = written
    tamper(as_owner, f"UPDATE test_note SET salt = NULL WHERE id = {notes[0]}")

    assert found() == [("version_changed", f"test_note row {notes[0]}")]


def test_erasing_leaves_no_value_and_a_whole_audit(written: tuple[int, list[int]], actor: Actor) -> None:
    _, notes = written

    (event,) = erase(notes[:2], actor)
    seal()

    assert [values_of(note) for note in notes[:2]] == [(None, None)] * 2
    assert values_of(notes[2])[0] is not None
    assert verify() == []
    told = AuditEvent.objects.get(pk=event)
    assert (told.type, told.detail, told.reason) == (
        "values.erased",
        {"versions": {"test_note": notes[:2]}},
        "request 17",
    )


def test_erasing_again_changes_nothing(written: tuple[int, list[int]], actor: Actor) -> None:
    _, notes = written
    erase(notes, actor)

    erase(notes, actor)

    assert verify() == []


def test_an_erasure_of_many_rows_is_told_in_several_events(
    written: tuple[int, list[int]], actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, notes = written
    monkeypatch.setattr(erasing, "ROWS_PER_EVENT", 2)

    assert len(erase(notes, actor)) == 2

    assert verify() == []


def test_the_largest_part_of_an_erasure_fits_into_one_event(actor: Actor) -> None:
    ids = [2**63 - 1 - number for number in range(erasing.ROWS_PER_EVENT)]

    with transaction.atomic():
        detail = {"versions": {"records_sourceversion": ids}}
        record(EventDraft(type="values.erased", domain="party", subject="golden:BP-1", detail=detail), actor=actor)

    assert AuditEvent.objects.latest("id").detail == detail


def test_what_erasing_left_of_a_row_cannot_be_changed_unseen(
    written: tuple[int, list[int]], actor: Actor, as_owner: AsOwner
) -> None:
    _, notes = written
    (event,) = erase(notes[:1], actor)
    tamper(as_owner, f"UPDATE test_note SET number = 99 WHERE id = {notes[0]}")

    assert found() == [("erased_changed", f"event {event}")]


def test_values_that_came_back_after_erasing_are_found(
    written: tuple[int, list[int]], actor: Actor, as_owner: AsOwner
) -> None:
    _, notes = written
    before, salt = values_of(notes[0])
    erase(notes[:1], actor)
    with as_owner() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute('UPDATE test_note SET "values" = %s, salt = %s WHERE id = %s', [before, salt, notes[0]])

    assert found() == [("erased_returned", f"test_note row {notes[0]}")]


def test_an_erasing_event_that_was_deleted_leaves_tombstones_without_event(
    written: tuple[int, list[int]], actor: Actor, as_owner: AsOwner
) -> None:
    _, notes = written
    (event,) = erase(notes[:1], actor)
    seal()
    tamper(as_owner, f"DELETE FROM events_auditevent WHERE id = {event}")

    assert found() == [("event_deleted", f"event {event}"), ("erased_without_event", f"test_note row {notes[0]}")]


def test_the_application_cannot_clear_values_by_itself(written: tuple[int, list[int]]) -> None:
    _, notes = written

    with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute('UPDATE test_note SET "values" = NULL WHERE id = %s', [notes[0]])


@pytest.mark.parametrize("case", ["no event", "another type", "other rows", "another table"])
def test_the_erasing_function_trusts_only_the_audit(case: str, written: tuple[int, list[int]], actor: Actor) -> None:
    _, notes = written
    listed = {"other rows": {"test_note": notes[1:]}, "another table": {"test_notes": notes}}
    kind = "golden.pinned" if case == "another type" else "values.erased"
    detail = {"versions": listed.get(case, {"test_note": notes})}
    with transaction.atomic():
        event = record(EventDraft(type=kind, domain="party", subject="golden:BP-1", detail=detail), actor=actor)

    with pytest.raises(IntegrityError, match="is no erasure of these rows"):
        call_erase("test_note", notes, 0 if case == "no event" else event)

    assert values_of(notes[0])[0] is not None


@pytest.mark.parametrize("table", ["accounts_actor", "events_auditevent", "no_such_table"])
def test_the_erasing_function_touches_only_version_tables(table: str, actor: Actor) -> None:
    before = Actor.objects.count()
    detail = {"versions": {table: [actor.pk]}}
    with transaction.atomic():
        event = record(EventDraft(type="values.erased", domain="", subject="golden:BP-1", detail=detail), actor=actor)

    with pytest.raises(IntegrityError, match="is no version table"):
        call_erase(table, [actor.pk], event)

    assert Actor.objects.count() == before


def test_erasing_rows_of_no_version_table_is_a_mistake(actor: Actor) -> None:
    with pytest.raises(ValueError, match="no registered version table"):
        erase_versions(rows={"accounts_actor": [1]}, domain="", subject="golden:BP-1", actor=actor, reason="x")
