"""Bring what is asked up to date with a decision that was made outside a task."""

from __future__ import annotations

from mdm.accounts.models import Actor
from mdm.matching.models import Decision
from mdm.stewardship.operations.refresh_tasks import Refreshed, refresh_tasks
from mdm.stewardship.queries.pieces import piece_of


def settle_decision(*, decision: Decision, actor: Actor) -> Refreshed:
    """Open tasks about the decision's golden records, and about what is linked to them, ask what is left to ask.

    Lives in the transaction that made the decision.
    """
    goldens = list(decision.goldens.values_list("golden_id", flat=True))
    return refresh_tasks(domain=decision.domain_id, goldens=piece_of(decision.domain_id, goldens), actor=actor)
