"""How far somebody came in getting to know the desk: the first merge, and the first one undone."""

from __future__ import annotations

from dataclasses import dataclass

from mdm.accounts.models import Actor
from mdm.matching.models import Decision, DecisionKind


@dataclass(frozen=True, slots=True)
class FirstSteps:
    merged: bool
    undid: bool


def first_steps(actor: Actor) -> FirstSteps:
    """Return what the actor has done at least once; one statement."""
    wanted = (DecisionKind.MERGE, DecisionKind.UNDO)
    kinds = set(Decision.objects.filter(actor=actor, kind__in=wanted).values_list("kind", flat=True).distinct())
    return FirstSteps(DecisionKind.MERGE in kinds, DecisionKind.UNDO in kinds)
