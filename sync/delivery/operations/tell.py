"""The audit of deliveries, and the completion that others are told of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from mdm.accounts.models import Actor
from mdm.events.operations.record import EventDraft, record_many
from sync.delivery.claimed import Claimed
from sync.delivery.endings import Ending
from sync.delivery.states import State

_TYPES: dict[str, str] = {
    State.CONFIRMED: "delivery.confirmed",
    State.REJECTED: "delivery.rejected",
    State.DEAD: "delivery.dead",
}


@dataclass(frozen=True, slots=True)
class Told:
    """Where a delivery stands now, and why."""

    state: str
    code: str
    delivery: UUID
    golden: str
    domain: str
    system: str
    object: str
    version: int
    operation: str
    push_number: int
    cause: str


def told(claimed: Claimed, ending: Ending, code: str) -> Told:
    """Return what there is to tell of a claimed delivery that ended so."""
    return Told(
        ending.state,
        ending.dead_cause or code,
        claimed.id,
        claimed.code,
        claimed.domain,
        claimed.connection,
        claimed.object,
        claimed.version,
        claimed.operation,
        claimed.push_number,
        claimed.cause,
    )


def tell(news: Iterable[Told], *, actor: Actor) -> None:
    """Each delivery that is over, or waits for a person, is told of once. Lives in the caller's transaction."""
    record_many(
        [
            EventDraft(
                type=_TYPES[one.state],
                domain=one.domain,
                subject=f"golden:{one.golden}",
                detail={
                    "delivery": str(one.delivery),
                    "system": one.system,
                    "object": one.object,
                    "version": one.version,
                    "operation": one.operation,
                    "push_number": one.push_number,
                    "cause": one.cause,
                    "code": one.code[:80].replace("@", " "),
                },
            )
            for one in news
            if one.state in _TYPES
        ],
        actor=actor,
    )
