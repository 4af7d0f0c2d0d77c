"""The audit as a list for people: filtered as they think of it, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from mdm.accounts.models import EVERY, Actor
from mdm.accounts.queries import permissions_of
from mdm.events.models import AuditBlock, AuditEvent
from mdm.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class Seal:
    """How far the chain reaches."""

    block: int
    sealed_at: datetime
    last_event: int


def visible_to(actor: Actor) -> QuerySet[AuditEvent]:
    """Return the events of domains that the actor may view, and the actor's own; all of them for who views everywhere.

    A right to view one system only opens no audit: the events of a domain tell of all its systems.
    """
    grants = permissions_of(actor).grants
    unscoped = {domain for domain, action, scope in grants if action == "view" and scope == EVERY}
    if EVERY in unscoped:
        return AuditEvent.objects.all()
    return AuditEvent.objects.filter(Q(domain__in=unscoped) | Q(actor=actor))


def visible_events(
    *,
    actor: Actor,
    who: str = "",
    type: str = "",
    subject: str = "",
    request: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[AuditEvent]:
    """Return the events that the actor may view and that fit every filter given; `subject` may leave its kind out."""
    events = visible_to(actor).select_related("seal")
    named = subject if ":" in subject or not subject else f":{subject}"
    filters = {
        "actor_name__icontains": who,
        "type": type,
        "subject" if ":" in subject else "subject__endswith": named,
        "request_id": request,
        "occurred_at__gte": since,
        "occurred_at__lt": until,
    }
    return events.filter(**{key: value for key, value in filters.items() if value})


def visible_event(*, actor: Actor, event_id: int) -> AuditEvent:
    """Return one event.

    Raises: NotFound when there is none that the actor may see.
    """
    event = visible_to(actor).filter(pk=event_id).select_related("seal").first()
    if event is None:
        raise NotFound(
            "There is no such event that you may see.",
            field="event",
            value=str(event_id),
            remedy="Look for it in the audit by its request or its object.",
        )
    return event


def actor_names(subjects: Sequence[str]) -> dict[str, str]:
    """Return the names behind those subjects that are accounts: `actor:7` -> Anna Keller."""
    numbers = {s.removeprefix("actor:") for s in subjects if s.startswith("actor:")}
    known = Actor.objects.filter(pk__in=[int(number) for number in numbers if number.isdecimal()])
    return {f"actor:{one.pk}": one.name for one in known}


def latest_seal() -> Seal | None:
    """Return the last block of the chain, or None before the first."""
    block = AuditBlock.objects.order_by("-number").first()
    return Seal(block.number, block.sealed_at, block.last_event_id) if block else None
