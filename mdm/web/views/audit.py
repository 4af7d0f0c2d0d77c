"""The audit: one sentence per event, filters by who, what, object, time and request; one event in the drawer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from mdm.accounts.models import Actor
from mdm.events.catalogue import EVENT_TYPES
from mdm.events.models import AuditEvent
from mdm.events.queries.audit_list import actor_names, latest_seal, visible_event, visible_events
from mdm.kernel.errors import Invalid
from mdm.web import lists
from mdm.web.actor import actor_of
from mdm.web.empty import Empty
from mdm.web.event_wording import EventLine, event_line, type_label
from mdm.web.list_sources import remade
from mdm.web.paging import keyset
from mdm.web.screen import screen

COLUMNS = (
    lists.Column("sentence", _("What happened"), lambda e: e.sentence, note=lambda e: e.reason, href=lambda e: e.url),
    lists.Column("occurred_at", _("When"), lambda e: e.event.occurred_at, "time"),
    lists.Column("id", _("Event"), lambda e: e.event.pk, "number", sort="pk"),
    lists.Column("domain", _("Domain"), lambda e: e.event.domain),
    lists.Column("sealed", _("Seal"), lambda e: "sealed" if e.sealed else "", "status"),
    lists.Column("request_id", _("Request"), lambda e: e.event.request_id, "id", href=lambda e: e.request_url),
)
EXPORTED = (
    lists.Column("actor", _("Who"), lambda e: e.event.actor_name),
    lists.Column("type", _("Type"), lambda e: e.event.type),
    lists.Column("subject", _("Object"), lambda e: e.event.subject),
)


@screen
def audit(request: HttpRequest) -> HttpResponseBase:
    """Every event the person may see, newest first."""
    context: dict[str, object] = {"active": "audit", "seal": latest_seal()}
    if event_id := request.GET.get("open", ""):
        context["drawer_url"] = reverse("audit-event", args=[int(event_id)]) if event_id.isdecimal() else ""
    return lists.respond(request, _spec(actor_of(request)), "audit/list.html", context)


@screen
def event(request: HttpRequest, event_id: int) -> HttpResponseBase:
    """One event with its detail: a drawer, or a page of its own."""
    found = visible_event(actor=actor_of(request), event_id=event_id)
    fragment = request.headers.get("HX-Target") == "drawer"
    template = "audit/inspect.html" if fragment else "audit/event.html"
    return render(request, template, {"active": "audit", "line": _lines([found])[0]})


@remade("audit")
def _spec(actor: Actor) -> lists.ListSpec:

    def fetch(asked: lists.Asked) -> lists.Slice:
        filters: dict[str, str] = dict(asked.filters)
        since, until = _day(filters.pop("since", "")), _day(filters.pop("until", ""))
        events = visible_events(actor=actor, **filters, since=since, until=until and until + timedelta(days=1))
        return keyset(events, asked).showing(_lines)

    return lists.ListSpec(
        name="audit",
        caption=_("Events"),
        columns=COLUMNS,
        exported=EXPORTED,
        fetch=fetch,
        row_id=lambda line: str(line.event.pk),
        drawer=lambda line: reverse("audit-event", args=[line.event.pk]),
        sort="-pk",
        filters=(
            lists.Filter("who", _("Who"), "text"),
            lists.Filter("type", _("What"), choices=[(name, type_label(name)) for name in EVENT_TYPES]),
            lists.Filter("subject", _("Object"), "text"),
            lists.Filter("since", _("From"), "day"),
            lists.Filter("until", _("To"), "day"),
            lists.Filter("request", _("Request"), "text"),
        ),
        empty=Empty(
            _("No event yet"), _("Every governed change is written here, and cannot be changed."), icon="audit"
        ),
    )


def _lines(events: Sequence[AuditEvent]) -> list[EventLine]:
    names = actor_names([one.subject for one in events])
    return [event_line(one, names) for one in events]


def _day(text: str) -> datetime | None:
    if not text:
        return None
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        raise Invalid("That is not a day.", field="since", value=text, remedy="Write it as 2026-03-12.")
    return timezone.make_aware(datetime(day.year, day.month, day.day))
