"""One chain holds every committed event."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from mdm.accounts.models import Actor
from mdm.events.chain import GENESIS
from mdm.events.models import AuditBlock, AuditSeal
from mdm.events.operations import seal as sealing
from mdm.events.operations.record import EventDraft, record_many, reserve_event_id
from mdm.events.operations.seal import seal
from mdm.events.queries import verify
from mdm.events.tasks import seal as seal_task
from mdm.kernel.clock import database_now


def write(count: int, actor: Actor) -> list[int]:
    draft = EventDraft(type="golden.pinned", domain="party", subject="golden:BP-000123")
    return record_many([draft] * count, actor=actor)


def test_new_events_become_the_next_block_of_the_chain(machine: Actor) -> None:
    first = write(3, machine)
    assert seal() == 3
    second = write(2, machine)

    assert seal() == 2

    one, two = AuditBlock.objects.order_by("number")
    assert (one.number, one.first_event_id, one.last_event_id, one.event_count) == (1, first[0], first[-1], 3)
    assert (two.number, two.first_event_id, two.last_event_id, two.event_count) == (2, second[0], second[-1], 2)
    assert (bytes(one.previous_hash), bytes(two.previous_hash)) == (GENESIS, bytes(one.hash))
    assert verify() == []


def test_without_new_events_there_is_no_block(machine: Actor) -> None:
    assert seal() == 0

    assert not AuditBlock.objects.exists()


def test_many_events_become_several_blocks(machine: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "BLOCK_EVENTS", 10)
    write(25, machine)

    assert seal() == 25

    assert list(AuditBlock.objects.order_by("number").values_list("event_count", flat=True)) == [10, 10, 5]
    assert verify() == []


def test_an_event_that_commits_late_is_sealed_later(machine: Actor) -> None:
    late = reserve_event_id()
    write(2, machine)
    assert seal() == 2
    record_many([EventDraft(id=late, type="golden.pinned", domain="party", subject="golden:BP-000001")], actor=machine)

    assert seal() == 1

    assert AuditSeal.objects.get(event_id=late).block_id == 2
    assert verify() == []


def test_the_task_seals(machine: Actor) -> None:
    write(1, machine)

    seal_task()

    assert AuditSeal.objects.count() == 1


def settle(last: int) -> None:
    """Pretend that a block was sealed two days ago, so that ids up to `last` count as settled."""
    AuditBlock.objects.create(
        number=1,
        first_event_id=1,
        last_event_id=last,
        event_count=1,
        previous_hash=GENESIS,
        hash=bytes(31) + b"1",
        sealed_at=database_now() - timedelta(days=2),
    )


def test_ids_that_settled_long_ago_are_not_searched_again(machine: Actor) -> None:
    settle(write(5, machine)[-1])
    fresh = write(2, machine)

    assert seal() == 2

    assert list(AuditSeal.objects.order_by("pk").values_list("pk", flat=True)) == fresh


def test_the_command_searches_settled_ids_too(machine: Actor) -> None:
    old = write(5, machine)
    settle(old[-1])
    out = StringIO()

    call_command("seal_audit", stdout=out)

    assert out.getvalue().strip() == "5 events sealed."
    assert list(AuditSeal.objects.order_by("pk").values_list("pk", flat=True)) == old


@pytest.mark.django_db(transaction=True)
def test_events_of_a_running_transaction_are_not_sealed() -> None:
    actor = Actor.objects.get(kind="machine")
    other = connection.copy()
    try:
        with transaction.atomic():
            write(1, actor)
            with other.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM events_auditevent")
                assert cursor.fetchone() == (0,)
        assert seal() == 1
    finally:
        other.close()
    assert verify() == []
