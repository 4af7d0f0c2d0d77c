"""Every governed change is told to the audit, and what others may know to the outbox, in its own transaction."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from pytest_django import DjangoAssertNumQueries

from mdm.accounts.models import Actor
from mdm.events import request
from mdm.events.catalogue import EVENT_TYPES
from mdm.events.models import AuditEvent, OutboxMessage
from mdm.events.operations.record import EventDraft, record, record_many, reserve_event_id
from mdm.kernel.errors import Invalid


def draft(**given: object) -> EventDraft:
    fields: dict[str, object] = {"type": "golden.pinned", "domain": "party", "subject": "golden:BP-000123"}
    return EventDraft(**(fields | given))  # type: ignore[arg-type]


def test_an_event_says_who_did_what_when_and_why(machine: Actor) -> None:
    with request.bound("req-1"):
        pk = record(draft(reason="asked by phone", detail={"path": "name", "number": 3}), actor=machine)

    event = AuditEvent.objects.get(pk=pk)
    assert (event.type, event.domain, event.subject) == ("golden.pinned", "party", "golden:BP-000123")
    assert (event.actor, event.actor_name, event.reason) == (machine, "Touchstone", "asked by phone")
    assert (event.request_id, event.detail) == ("req-1", {"path": "name", "number": 3})
    assert (event.version_count, event.versions_digest) == (0, None)


def test_the_name_in_the_audit_is_the_one_of_that_day(machine: Actor) -> None:
    pk = record(draft(), actor=machine)

    Actor.objects.filter(pk=machine.pk).update(name="Renamed")

    assert AuditEvent.objects.get(pk=pk).actor_name == "Touchstone"


def test_a_published_type_has_its_outbox_message_and_others_have_none(machine: Actor) -> None:
    told, untold = record_many(
        [draft(type="system.registered", subject="system:SAP", detail={"code": "SAP"}), draft()], actor=machine
    )

    message = OutboxMessage.objects.get()
    assert (message.event_id, message.type, message.subject) == (told, "system.registered", "system:SAP")
    assert message.detail == {"code": "SAP"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        assert cursor.fetchone() == (str(message.xid),)
    assert not OutboxMessage.objects.filter(event_id=untold).exists()


def test_of_golden_records_only_the_change_of_released_ones_is_published() -> None:
    published = {name for name, kind in EVENT_TYPES.items() if kind.published}

    about_records = ("golden.", "pair.", "decision.", "records.", "mapping.", "ingestion.")
    assert {name for name in published if name.startswith(about_records)} == {"golden.changed"}


def test_many_events_keep_their_order_and_take_one_statement(
    machine: Actor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    drafts = [draft(type="id_type.added", subject=f"system:S{number}") for number in range(1_000)]

    with django_assert_num_queries(1):
        ids = record_many(drafts, actor=machine)

    assert ids == sorted(ids)
    subjects = dict(AuditEvent.objects.filter(pk__in=ids).values_list("pk", "subject"))
    assert [subjects[pk] for pk in ids] == [one.subject for one in drafts]
    assert OutboxMessage.objects.filter(event_id__in=ids).count() == 1_000


def test_an_event_may_be_written_under_an_id_taken_before(machine: Actor) -> None:
    reserved = reserve_event_id()

    first, second = record_many([draft(), draft(id=reserved)], actor=machine)

    assert (second, first > reserved) == (reserved, True)


def test_no_events_write_nothing(machine: Actor, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert record_many([], actor=machine) == []


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused() -> None:
    actor = Actor.objects.get(kind="machine")

    with pytest.raises(RuntimeError, match="transaction"):
        record(draft(), actor=actor)
    with pytest.raises(RuntimeError, match="transaction"):
        reserve_event_id()

    assert not AuditEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_rolled_back_leaves_no_event_and_no_message() -> None:
    actor = Actor.objects.get(kind="machine")

    with transaction.atomic():
        record(draft(type="system.registered", subject="system:SAP"), actor=actor)
        transaction.set_rollback(True)

    assert (AuditEvent.objects.count(), OutboxMessage.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "golden.forged"},
        {"type": ""},
        {"subject": ""},
        {"subject": "BP-000123"},
        {"subject": "golden:"},
        {"subject": "golden:BP 1"},
        {"subject": "golden:" + "x" * 120},
        {"detail": {"value": "Anna"}},
    ],
)
def test_an_event_of_the_wrong_form_is_a_mistake(wrong: dict[str, object], machine: Actor) -> None:
    with pytest.raises(ValueError, match=r"catalogued|subject|value"):
        record_many([draft(), draft(**wrong)], actor=machine)

    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("reason", ["x" * 501, "a\x00b"])
def test_a_reason_that_cannot_be_kept_is_told_to_the_person(reason: str, machine: Actor) -> None:
    with pytest.raises(Invalid) as refusal:
        record(draft(reason=reason), actor=machine)

    assert refusal.value.field == "reason"
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("name", sorted(EVENT_TYPES))
def test_every_catalogued_type_can_be_recorded(name: str, machine: Actor) -> None:
    pk = record(draft(type=name), actor=machine)

    assert AuditEvent.objects.get(pk=pk).type == name
