"""Project golden records anew, after rules or ownership changed."""

from __future__ import annotations

from collections.abc import Sequence

from mdm.accounts.models import Actor
from mdm.accounts.queries import require
from mdm.events.operations.record import reserve_event_id
from mdm.kernel.clock import database_now
from mdm.records.act import Act
from mdm.records.identifiers import lock_goldens
from mdm.records.operations.cut_versions import cut_versions
from mdm.records.operations.seal_event import seal_event
from mdm.records.projection import Projector


def reproject(*, domain: str, goldens: Sequence[int], actor: Actor, reason: str) -> int:
    """Every golden record in `goldens` (ids, all of `domain`) is what the rules in force make of it.

    Returns how many changed. Raises: NotAllowed without `publish` in the domain.
    """
    require(actor, "publish", domain)
    lock_goldens(goldens)
    act = Act(reserve_event_id(), database_now(), "golden.projected", actor, reason)
    sealed = cut_versions(goldens, projector=Projector(domain), act=act)
    if sealed:
        detail = {"changed": len(sealed), "of": len(goldens)}
        seal_event(act, domain=domain, subject=f"domain:{domain}", detail=detail, goldens=sealed)
    return len(sealed)
