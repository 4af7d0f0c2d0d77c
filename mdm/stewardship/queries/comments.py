"""What was said below a task, a golden record or a change request."""

from __future__ import annotations

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of
from mdm.stewardship.models import Comment
from mdm.stewardship.queries.shapes import CommentView


def comments_about(*, actor: Actor, subject: str) -> list[CommentView]:
    """Return the comments below a subject such as `golden:BP-000123`, oldest first, as the actor may see."""
    permissions = permissions_of(actor)
    said = Comment.objects.filter(subject=subject).select_related("author").order_by("id")
    return [
        CommentView(one.author.name, one.body, one.created_at) for one in said if permissions.may("view", one.domain_id)
    ]
