"""History is written once: the application has no right to change it, and triggers refuse even its owner."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError, ProgrammingError

from mdm.accounts.models import Actor
from mdm.events.models import AuditEvent
from mdm.events.operations.record import EventDraft, record
from mdm.events.operations.seal import seal

AsOwner = Callable[[], AbstractContextManager[psycopg.Cursor[Any]]]
HISTORY = {
    "events_auditevent": "reason = 'forged'",
    "events_outboxmessage": "type = 'forged'",
    "events_auditblock": "event_count = 1",
    "events_auditseal": "digest = ''",
}
STATEMENTS = [
    *(f"UPDATE {table} SET {change}" for table, change in HISTORY.items()),
    *(f"DELETE FROM {table}" for table in HISTORY),
    *(f"TRUNCATE {table} CASCADE" for table in HISTORY),
]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sealed_event(transactional_db: None) -> int:
    with transaction.atomic():
        draft = EventDraft(type="system.registered", domain="", subject="system:SAP")
        event = record(draft, actor=Actor.objects.get(kind="machine"))
    seal()
    return event


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_application_has_no_right_to_change_history(statement: str, sealed_event: int) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(statement)

    assert AuditEvent.objects.get(pk=sealed_event).reason == ""


@pytest.mark.parametrize("statement", STATEMENTS)
def test_triggers_refuse_even_the_owner(statement: str, sealed_event: int, as_owner: AsOwner) -> None:
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="is history"), as_owner() as cursor:
        cursor.execute(statement)

    assert AuditEvent.objects.get(pk=sealed_event).seal.block.event_count == 1


@pytest.mark.parametrize("table", ["accounts_actor", "accounts_apikey"])
def test_the_application_removes_no_account_and_no_key(table: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE events_auditevent DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "DROP TRIGGER events_auditevent_append_only ON events_auditevent",
        "GRANT UPDATE ON events_auditevent TO touchstone_app",
        "CREATE OR REPLACE FUNCTION touchstone_refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
    ],
)
def test_the_application_cannot_lift_the_protection(statement: str) -> None:
    before = _protection()

    with suppress(DatabaseError), connection.cursor() as cursor:
        cursor.execute(statement)

    assert _protection() == before


def _protection() -> tuple[object, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('session_replication_role'), "
            "has_table_privilege('events_auditevent', 'UPDATE'), "
            "(SELECT array_agg((tgname, tgenabled)::text ORDER BY tgname) FROM pg_trigger "
            " WHERE tgrelid = 'events_auditevent'::regclass), "
            "(SELECT prosrc FROM pg_proc WHERE proname = 'touchstone_refuse_change')"
        )
        row: tuple[object, ...] = cursor.fetchone()
    return row
