"""Earlier decisions, as those may see them who view their domain."""

from __future__ import annotations

from uuid import UUID

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of
from mdm.kernel.errors import NotFound
from mdm.matching.models import Decision, DecisionKind


def visible_decision(actor: Actor, pk: UUID, *, kind: DecisionKind | None = None) -> Decision:
    """Return the decision of that id, and of that kind.

    Raises: NotFound when there is none, or it is about a domain that the actor may not view.
    """
    decision = Decision.objects.select_related("actor").filter(pk=pk, **({"kind": kind} if kind else {})).first()
    if decision is None or not permissions_of(actor).may("view", decision.domain_id):
        what = kind.label.lower() if kind else "decision"
        raise NotFound(f"There is no such {what}.", field="decision", value=str(pk), remedy="Reload the page.")
    return decision
