"""Keep a view of the queue under a name."""

from __future__ import annotations

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.accounts.queries import require
from mdm.events.operations.record import EventDraft, record
from mdm.kernel.errors import Invalid, NotFound
from mdm.stewardship.models import SavedView
from mdm.stewardship.queries.typed_filter import parse, write

LONGEST_NAME = 80


@transaction.atomic
def save_view(
    *, domain: str, name: str, line: str, actor: Actor, team: bool = False, is_default: bool = False
) -> SavedView:
    """The typed line is kept under that name, for the actor or for everybody; a view of that name is replaced, and only
    one is the default.

    Raises: NotAllowed without `view` (for the team: `decide`) in the domain; Invalid for a bad line or name.
    """
    require(actor, "decide" if team else "view", domain)
    text, query = name.strip(), write(parse(line))
    if not text or len(text) > LONGEST_NAME or not text.isprintable():
        raise Invalid("A view needs a name.", field="name", value=text[:80], remedy="Write up to 80 characters.")
    owner = None if team else actor
    if is_default:
        SavedView.objects.filter(owner=owner, domain=domain, is_default=True).update(is_default=False)
    view, _ = SavedView.objects.update_or_create(
        owner=owner, domain_id=domain, name=text, defaults={"query": query, "is_default": is_default}
    )
    _tell(view, "view.saved", actor)
    return view


@transaction.atomic
def remove_view(*, view_id: int, actor: Actor) -> None:
    """The view is gone.

    Raises: NotFound for one that is unknown or somebody else's; NotAllowed for the team's without `decide`.
    """
    view = SavedView.objects.select_related("owner").filter(pk=view_id).first()
    if view is None or (view.owner_id is not None and view.owner_id != actor.pk):
        raise NotFound("There is no such view.", field="view", value=str(view_id), remedy="Reload the queue.")
    if view.owner_id is None:
        require(actor, "decide", view.domain_id)
    _tell(view, "view.removed", actor)
    view.delete()


def _tell(view: SavedView, type: str, actor: Actor) -> None:
    detail = {"view": view.pk, "team": view.owner_id is None}
    record(EventDraft(type=type, domain=view.domain_id, subject=f"domain:{view.domain_id}", detail=detail), actor=actor)
