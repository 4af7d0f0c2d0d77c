"""What the desk's templates are given."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mdm.accounts.models import Actor
from mdm.stewardship.queries.shapes import TaskItem
from mdm.web.review.answer import IN, OUT, SECOND
from mdm.web.review.desk import Desk
from mdm.web.review.verdicts import verdicts

Text = str | Promise
PLACES: tuple[tuple[str, Text], ...] = (
    (IN, gettext_lazy("In")),
    (SECOND, gettext_lazy("2nd")),
    (OUT, gettext_lazy("Out")),
)
OPEN = ("OPEN", "WAITING")
RELATIONS: tuple[tuple[str, Text], ...] = (
    ("related", gettext_lazy("related")),
    ("subsidiary", gettext_lazy("1 is a subsidiary of 2")),
    ("ship_to", gettext_lazy("1 is a ship-to of 2")),
    ("contact", gettext_lazy("1 is a contact of 2")),
)


@dataclass(frozen=True)
class Urls:
    """Where the desk of one task posts to, and what it asks for."""

    item: str = ""
    up: str = ""
    next: str = ""
    decide: str = ""
    preview: str = ""
    lease: str = ""
    comment: str = ""
    answer: str = ""
    wake: str = ""
    take: str = ""
    decisions: str = ""
    consequences: str = ""


def desk_context(
    desk: Desk, urls: Urls, *, line: str = "", people: Sequence[Actor] = (), decision_id: UUID | None = None
) -> Mapping[str, object]:
    """Everything `review/item.html` shows; a new decision id makes each attempt its own, a resend none."""
    return {
        "desk": desk,
        "urls": urls,
        "line": line,
        "title": title(desk.item),
        "asked": asked(desk.item),
        "subject": f"task:{desk.item.id}",
        "verdicts": verdicts(desk),
        "open": desk.item.status in OPEN,
        "paused": desk.item.snoozed_until is not None and desk.item.snoozed_until > timezone.now(),
        "places": PLACES,
        "relations": RELATIONS,
        "people": people,
        "undo_id": uuid4(),
        "versions": json.dumps(dict(desk.item.versions), separators=(",", ":")),
        "decision_id": decision_id or uuid4(),
        "picks": len(desk.choices.picks),
        "supersedes": ",".join(str(one) for one in desk.consequences.supersedes) if desk.consequences else "",
    }


def title(item: TaskItem) -> str:
    """The object, not the act: what its first member is called."""
    return next((member.name for member in item.members if member.name), "") or item.members[0].code


def asked(item: TaskItem) -> str:
    """The question that the task puts."""
    many = len(item.members)
    if item.alone and item.reason != "CONFLICT":
        return _("Is this still the same one?")
    if item.alone:
        return _("Told apart, and yet one golden record: which is right?")
    return ngettext("Is this one record?", "Are these %d records one?", many) % many
