"""Say something about a task, a golden record or a change request."""

from __future__ import annotations

import re

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of
from mdm.events.operations.record import EventDraft, record
from mdm.kernel.clock import database_now
from mdm.kernel.errors import Invalid, NotFound
from mdm.records.models import GoldenRecord
from mdm.stewardship.models import ChangeRequest, Comment, ReviewTask

LONGEST = 4000
_SUBJECT = re.compile(r"(task|golden|change_request):([A-Z0-9-]{1,20})")


@transaction.atomic
def add_comment(*, subject: str, body: str, actor: Actor) -> Comment:
    """The comment stands below the subject (`task:12`, `golden:BP-000123`, `change_request:5`), and stays.

    Raises: NotFound for a subject that is unknown or in a domain that the actor may not view; Invalid for an empty or
    too long text.
    """
    domain = domain_of(subject)
    if domain is None or not permissions_of(actor).may("view", domain):
        raise NotFound("There is nothing of that name here.", field="subject", value=subject[:80], remedy="Reload it.")
    text = body.strip()
    if not text or len(text) > LONGEST or "\x00" in text:
        raise Invalid(
            "A comment needs text." if not text else "The comment is too long.",
            field="body",
            remedy=f"Say it in {LONGEST} characters.",
        )
    comment = Comment.objects.create(
        domain_id=domain, subject=subject, author=actor, body=text, created_at=database_now()
    )
    record(
        EventDraft(type="comment.added", domain=domain, subject=subject, detail={"comment": comment.pk}), actor=actor
    )
    return comment


def domain_of(subject: str) -> str | None:
    """Return the domain of what the subject names, None when there is no such thing."""
    found = _SUBJECT.fullmatch(subject)
    if found is None:
        return None
    kind, name = found.groups()
    if kind == "golden":
        return GoldenRecord.objects.filter(code=name).values_list("domain_id", flat=True).first()
    if not name.isdecimal() or len(name) > 18:
        return None
    rows = ReviewTask.objects if kind == "task" else ChangeRequest.objects
    return rows.filter(pk=int(name)).values_list("domain_id", flat=True).first()
