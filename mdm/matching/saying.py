"""What every decision carries."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from mdm.accounts.models import Actor, ActorKind
from mdm.matching.models import VerdictBy


@dataclass(frozen=True, slots=True)
class Saying:
    """Who decides, why, and on what evidence; `decision_id` is the caller's, so that it can be sent again."""

    decision_id: UUID
    actor: Actor
    reason: str = ""
    evidence_hash: str = ""

    @property
    def by(self) -> VerdictBy:
        """Whose verdict it is: the hub's own, by a rule, or a person's (or of a service that speaks for people)."""
        return VerdictBy.RULE if self.actor.kind == ActorKind.MACHINE else VerdictBy.PERSON
