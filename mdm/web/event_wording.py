"""An audit event as one sentence, with the thing it is about as a link."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from mdm.events.catalogue import EVENT_TYPES
from mdm.events.models import AuditEvent

COUNTERS = ("created", "updated", "unchanged", "deleted", "rejected")


@dataclass(frozen=True)
class EventLine:
    event: AuditEvent
    sentence: str
    reason: str
    sealed: bool
    subject_url: str

    @property
    def url(self) -> str:
        return reverse("audit-event", args=[self.event.pk])

    @property
    def request_url(self) -> str:
        return f"{reverse('audit')}?{urlencode({'request': self.event.request_id})}" if self.event.request_id else ""


def event_line(event: AuditEvent, names: Mapping[str, str]) -> EventLine:
    known = EVENT_TYPES.get(event.type)
    told = known.sentence if known else f"{{actor}}: {type_label(event.type)} {{subject}}"
    words = defaultdict(str, {key: str(value) for key, value in event.detail.items()})
    if words.get("granted_domain") == "*":
        words["granted_domain"] = _("every domain")
    words.update(actor=event.actor_name, subject=subject_name(event.subject, names), domain=event.domain)
    sentence = told.format_map(words)
    return EventLine(event, sentence + _counts(event), event.reason, hasattr(event, "seal"), subject_url(event.subject))


def type_label(name: str) -> str:
    """`golden.pinned` -> Golden pinned."""
    return name.replace(".", " ").replace("_", " ").capitalize()


def subject_name(subject: str, names: Mapping[str, str]) -> str:
    """What a person calls the thing; a code or a name without its kind."""
    kind, __, rest = subject.partition(":")
    if kind == "actor":
        return names.get(subject, rest)
    return rest if kind in ("golden", "system", "domain", "list") else f"{kind.replace('_', ' ')} {rest[:8]}"


def subject_url(subject: str) -> str:
    kind, __, rest = subject.partition(":")
    if kind == "golden":
        return reverse("golden", args=[rest])
    return reverse("job", args=[rest]) if kind == "job" else ""


def _counts(event: AuditEvent) -> str:
    said = [f"{event.detail[name]} {name}" for name in COUNTERS if event.detail.get(name)]
    return f": {', '.join(said)}" if said else ""
