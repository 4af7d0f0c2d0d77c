"""What was said below a task, a golden record or a change request."""

from __future__ import annotations

from typing import Final

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of
from mdm.records.models import GoldenRecord
from mdm.records.pinned import redirects_to, stood_for
from mdm.stewardship.models import Comment
from mdm.stewardship.queries.shapes import CommentView

_GOLDEN: Final = "golden:"


def comments_about(*, actor: Actor, subject: str) -> list[CommentView]:
    """Return the comments below a subject such as `golden:BP-000123`, oldest first, as the actor may see; below a
    golden record also those that were made below the records it joined.
    """
    permissions = permissions_of(actor)
    said = Comment.objects.filter(subject__in=_family(subject)).select_related("author").order_by("id")
    return [
        CommentView(
            one.author.name,
            one.body,
            one.created_at,
            "" if one.subject == subject else one.subject.removeprefix(_GOLDEN),
        )
        for one in said
        if permissions.may("view", one.domain_id)
    ]


def _family(subject: str) -> list[str]:
    """The subject; of a golden record, also those that redirect to it."""
    if not subject.startswith(_GOLDEN):
        return [subject]
    golden = GoldenRecord.objects.filter(code=subject.removeprefix(_GOLDEN)).first()
    if golden is None:
        return [subject]
    family = stood_for([golden.pk], redirects_to([golden.pk]))[golden.pk]
    return [f"{_GOLDEN}{code}" for code in GoldenRecord.objects.filter(pk__in=family).values_list("code", flat=True)]
