"""Tampering with events, seals and blocks, as a superuser with the triggers off, is found and named."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from mdm.accounts.models import Actor
from mdm.events.chain import Head
from mdm.events.operations.record import EventDraft, record_many
from mdm.events.operations.seal import seal
from mdm.events.queries import head, verify
from tests.mdm.events.test_append_only import AsOwner

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def events(transactional_db: None) -> list[int]:
    """Nine events in three blocks."""
    actor = Actor.objects.get(kind="machine")
    written: list[int] = []
    for block in range(3):
        with transaction.atomic():
            subjects = [f"golden:BP-00{block}{number}" for number in range(3)]
            drafts = [EventDraft(type="golden.pinned", domain="party", subject=subject) for subject in subjects]
            written += record_many(drafts, actor=actor)
        seal()
    assert verify() == []
    return written


def tamper(as_owner: AsOwner, *statements: str) -> None:
    with as_owner() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)


def found() -> list[tuple[str, str]]:
    return [(fault.code, fault.where) for fault in verify()]


@pytest.mark.parametrize(
    "change",
    [
        "reason = 'forged'",
        "actor_name = 'Somebody else'",
        "occurred_at = occurred_at + interval '1 microsecond'",
        'detail = \'{"path": "name"}\'',
        "subject = 'golden:BP-999999'",
        "type = 'golden.unpinned'",
        "domain = 'material'",
        "request_id = 'other'",
        "versions_digest = '\\x00'",
    ],
)
def test_a_changed_event_is_found(change: str, events: list[int], as_owner: AsOwner) -> None:
    tamper(as_owner, f"UPDATE events_auditevent SET {change} WHERE id = {events[4]}")

    (fault,) = verify()
    assert (fault.code, fault.where, fault.block) == ("event_changed", f"event {events[4]}", 2)
    sentence = rf"Event {events[4]} was changed after it was sealed in block 2 on \d+ \w{{3}} \d{{4}} at [\d:]+ UTC; "
    assert re.match(sentence, fault.message)


def test_a_deleted_event_is_found(events: list[int], as_owner: AsOwner) -> None:
    tamper(as_owner, f"DELETE FROM events_auditevent WHERE id = {events[4]}")

    assert found() == [("event_deleted", f"event {events[4]}")]


def test_an_event_deleted_together_with_its_seal_is_found(events: list[int], as_owner: AsOwner) -> None:
    tamper(
        as_owner,
        f"DELETE FROM events_auditevent WHERE id = {events[4]}",
        f"DELETE FROM events_auditseal WHERE event_id = {events[4]}",
    )

    assert found() == [("block_count", "block 2"), ("block_changed", "block 2")]


def test_an_event_and_its_seal_forged_alike_are_found(events: list[int], as_owner: AsOwner) -> None:
    tamper(as_owner, f"UPDATE events_auditseal SET digest = sha256('forged') WHERE event_id = {events[4]}")

    assert found() == [("block_changed", "block 2"), ("event_changed", f"event {events[4]}")]


def test_a_seal_moved_to_another_block_is_found(events: list[int], as_owner: AsOwner) -> None:
    tamper(as_owner, f"UPDATE events_auditseal SET block_id = 3 WHERE event_id = {events[4]}")

    assert found() == [
        ("block_count", "block 2"),
        ("block_changed", "block 2"),
        ("block_count", "block 3"),
        ("block_changed", "block 3"),
    ]


def test_a_seal_that_was_removed_is_found_once_the_sealer_was_due(events: list[int], as_owner: AsOwner) -> None:
    tamper(
        as_owner,
        f"DELETE FROM events_auditseal WHERE event_id = {events[8]}",
        f"UPDATE events_auditevent SET occurred_at = occurred_at - interval '2 hours' WHERE id = {events[8]}",
    )

    assert ("event_unsealed", f"event {events[8]}") in found()


def test_a_changed_block_is_found(events: list[int], as_owner: AsOwner) -> None:
    tamper(as_owner, "UPDATE events_auditblock SET sealed_at = sealed_at - interval '1 day' WHERE number = 2")

    assert found() == [("block_changed", "block 2")]


def test_a_block_rewritten_with_a_fitting_hash_no_longer_joins_the_next(events: list[int], as_owner: AsOwner) -> None:
    tamper(as_owner, "UPDATE events_auditblock SET hash = sha256('rewritten') WHERE number = 2")

    assert found() == [("block_changed", "block 2"), ("block_unlinked", "block 3")]


def test_a_missing_block_is_found(events: list[int], as_owner: AsOwner) -> None:
    tamper(as_owner, "DELETE FROM events_auditblock WHERE number = 2")

    assert found()[0] == ("block_missing", "block 2")
    assert verify()[0].message == "Block 2 is missing from the chain."


def test_a_block_cut_off_with_all_its_events_is_found_by_a_head_noted_before(
    events: list[int], as_owner: AsOwner
) -> None:
    noted = head()
    tamper(
        as_owner,
        "DELETE FROM events_auditblock WHERE number = 3",
        "DELETE FROM events_auditseal WHERE block_id = 3",
        f"DELETE FROM events_auditevent WHERE id = ANY('{{{','.join(map(str, events[6:]))}}}')",
    )

    assert verify() == []
    assert [(fault.code, fault.where) for fault in verify(expected=noted)] == [("head_lost", "block 3")]


def test_the_head_of_any_earlier_day_still_fits(events: list[int]) -> None:
    noted = head()
    assert noted is not None
    with transaction.atomic():
        draft = EventDraft(type="golden.pinned", domain="party", subject="golden:BP-1")
        record_many([draft], actor=Actor.objects.get(kind="machine"))
    seal()

    assert verify(expected=Head.parse(str(noted))) == []


def test_the_command_says_that_the_audit_holds_and_prints_the_head(events: list[int]) -> None:
    out = StringIO()

    call_command("verify_audit", stdout=out)

    assert out.getvalue().strip() == f"The audit holds. Its head is {head()}."
    call_command("verify_audit", "--expect", str(head()), stdout=out)


def test_the_command_fails_and_names_the_first_bad_block(events: list[int], as_owner: AsOwner) -> None:
    tamper(as_owner, f"UPDATE events_auditevent SET reason = 'forged' WHERE id = ANY('{{{events[7]},{events[3]}}}')")
    out = StringIO()

    with pytest.raises(CommandError, match=r"does not hold: 2 faults\. The first bad block is 2\."):
        call_command("verify_audit", stdout=out)

    assert f"event_changed: Event {events[3]} was changed" in out.getvalue()


@pytest.mark.parametrize("text", ["nonsense", "1:xyz", "1:abcd", ":"])
def test_the_command_says_how_a_head_is_written(text: str) -> None:
    with pytest.raises(CommandError, match="number:hash"):
        call_command("verify_audit", "--expect", text)
