"""Who may read which part of the audit."""

from __future__ import annotations

import pytest
from django.db import transaction

from mdm.accounts.models import Actor
from mdm.accounts.operations.create_actor import create_actor
from mdm.accounts.operations.grant import grant
from mdm.events import request
from mdm.events.operations.record import EventDraft, record_many
from mdm.events.queries.audit_list import visible_event, visible_events
from mdm.kernel.errors import NotFound


@pytest.fixture
def reader(machine: Actor) -> Actor:
    return create_actor(kind="service", name="Reader", actor=machine)


@pytest.fixture
def events(machine: Actor, reader: Actor) -> dict[str, int]:
    """One event of each domain, and one of none."""
    drafts = [
        EventDraft(type="golden.pinned", domain="party", subject="golden:BP-000001"),
        EventDraft(type="golden.pinned", domain="material", subject="golden:MA-000001"),
        EventDraft(type="system.registered", domain="", subject="system:SAP"),
    ]
    with transaction.atomic(), request.bound("req-1"):
        return dict(zip(("party", "material", "none"), record_many(drafts, actor=machine), strict=True))


def seen(actor: Actor, events: dict[str, int], **filters: str) -> list[str]:
    found = set(visible_events(actor=Actor.objects.get(pk=actor.pk), **filters).values_list("pk", flat=True))  # type: ignore[arg-type]
    return [name for name, pk in events.items() if pk in found]


@pytest.mark.parametrize(
    ("domain", "action", "scope", "expected"),
    [
        ("party", "view", "*", ["party"]),
        ("*", "view", "*", ["party", "material", "none"]),
        ("party", "operate", "*", []),
        ("party", "view", "system:SAP", []),
        ("*", "view", "system:SAP", []),
    ],
)
def test_the_audit_opens_as_far_as_the_right_to_view(
    domain: str, action: str, scope: str, expected: list[str], reader: Actor, events: dict[str, int], machine: Actor
) -> None:
    grant(subject=reader, domain=domain, action=action, scope=scope, actor=machine)

    assert seen(reader, events) == expected


def test_an_event_that_may_not_be_seen_is_as_if_it_were_not_there(reader: Actor, events: dict[str, int]) -> None:
    for event_id in (events["party"], 10**12):
        with pytest.raises(NotFound, match="no such event that you may see"):
            visible_event(actor=reader, event_id=event_id)


def test_everyone_sees_what_they_did_themselves(reader: Actor, events: dict[str, int]) -> None:
    draft = EventDraft(type="signed_in", domain="", subject=f"actor:{reader.pk}")
    (own,) = record_many([draft], actor=reader)

    assert visible_event(actor=reader, event_id=own).pk == own
    assert seen(reader, events) == []


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"type": "golden.pinned"}, ["party", "material"]),
        ({"subject": "golden:BP-000001"}, ["party"]),
        ({"subject": "BP-000001"}, ["party"]),
        ({"subject": "000001"}, []),
        ({"request": "req-1"}, ["party", "material", "none"]),
        ({"request": "req-2"}, []),
        ({"who": "touch"}, ["party", "material", "none"]),
        ({"who": "nobody"}, []),
    ],
)
def test_the_audit_is_narrowed_as_asked(
    filters: dict[str, str], expected: list[str], machine: Actor, events: dict[str, int]
) -> None:
    assert seen(machine, events, **filters) == expected
