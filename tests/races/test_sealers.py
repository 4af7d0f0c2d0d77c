"""Sealers on several hosts build one chain, while others write."""

from __future__ import annotations

import pytest
from django.db import transaction

from mdm.accounts.models import Actor
from mdm.events.models import AuditBlock, AuditEvent, AuditSeal
from mdm.events.operations.record import EventDraft, record_many
from mdm.events.operations.seal import seal
from mdm.events.queries import verify
from tests.races.together import together

WRITERS, ROUNDS, EVENTS = 3, 8, 5
pytestmark = pytest.mark.django_db(transaction=True)


def write() -> None:
    actor = Actor.objects.get(kind="machine")
    for _ in range(ROUNDS):
        with transaction.atomic():
            draft = EventDraft(type="golden.pinned", domain="party", subject="golden:BP-000123")
            record_many([draft] * EVENTS, actor=actor)


def test_two_sealers_at_one_moment_make_one_chain() -> None:
    write()

    together(seal, seal)

    assert AuditSeal.objects.count() == ROUNDS * EVENTS
    assert AuditBlock.objects.count() == 1
    assert verify() == []


def test_sealers_beside_writers_seal_every_event_once_in_one_chain() -> None:
    def keep_sealing() -> None:
        for _ in range(ROUNDS):
            seal()

    together(*[write] * WRITERS, keep_sealing, keep_sealing)
    seal()

    assert AuditSeal.objects.count() == AuditEvent.objects.count() == WRITERS * ROUNDS * EVENTS
    numbers = list(AuditBlock.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert verify() == []
