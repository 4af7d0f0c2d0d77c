"""Saved views of the queue: the actor's own, and the team's."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F, Q

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of
from mdm.governance.queries import domains_visible_to
from mdm.stewardship.models import SavedView


@dataclass(frozen=True, slots=True)
class ViewLine:
    """A view: `line` is its typed filter; `mine` = the actor's own, else the team's."""

    id: int
    domain: str
    name: str
    line: str
    mine: bool
    is_default: bool


def saved_views(*, actor: Actor, domain: str = "") -> list[ViewLine]:
    """Return the views of the domains that the actor may view (or of one), their own first, the default on top."""
    permissions = permissions_of(actor)
    domains = [one.code for one in domains_visible_to(permissions) if domain in ("", one.code)]
    found = SavedView.objects.filter(Q(owner=actor) | Q(owner__isnull=True), domain__in=domains)
    ordered = found.order_by(F("owner").asc(nulls_last=True), "-is_default", "name")
    return [
        ViewLine(view.pk, view.domain_id, view.name, view.query, view.owner_id is not None, view.is_default)
        for view in ordered
    ]


def default_line(*, actor: Actor, domain: str) -> str:
    """Return the line of the view that opens first: the actor's default, else the team's, else the whole queue."""
    chosen = [view.line for view in saved_views(actor=actor, domain=domain) if view.is_default]
    return chosen[0] if chosen else f"domain:{domain}"
