"""Release golden records."""

from __future__ import annotations

from collections.abc import Sequence

from mdm.accounts.models import Actor
from mdm.accounts.queries import require
from mdm.events.operations.record import reserve_event_id
from mdm.kernel.clock import database_now
from mdm.kernel.errors import Conflict, NotFound
from mdm.records.act import Act
from mdm.records.identifiers import lock_goldens
from mdm.records.models import GoldenRecord
from mdm.records.next_versions import Reshaping
from mdm.records.operations.cut_versions import cut_versions
from mdm.records.operations.seal_event import Sealed, seal_event
from mdm.records.projection import Projector


def activate(*, goldens: Sequence[int], actor: Actor, reason: str = "") -> int:
    """Every golden record in `goldens` (ids) is ACTIVE; one that is already stays as it is.

    Returns how many became so. Raises: NotFound for an unknown one; NotAllowed without `decide` in its domain; Conflict
    when one does not live.
    """
    lock_goldens(goldens)
    found = {one.pk: one for one in GoldenRecord.objects.filter(pk__in=goldens)}
    missing = [pk for pk in goldens if pk not in found]
    if missing:
        raise NotFound("There is no such golden record.", field="golden", value=str(missing[0]))
    by_domain: dict[str, list[GoldenRecord]] = {}
    for golden in found.values():
        by_domain.setdefault(golden.domain_id, []).append(golden)
    return sum(_activate(domain, some, actor, reason) for domain, some in sorted(by_domain.items()))


def _activate(domain: str, goldens: Sequence[GoldenRecord], actor: Actor, reason: str) -> int:
    require(actor, "decide", domain)
    candidates = [golden for golden in goldens if golden.status != "ACTIVE"]
    if not candidates:
        return 0
    act = Act(reserve_event_id(), database_now(), "golden.released", actor, reason)
    sealed = make_active(candidates, projector=Projector(domain), act=act)
    only = candidates[0].code if len(candidates) == 1 else ""
    subject = f"golden:{only}" if only else f"domain:{domain}"
    seal_event(act, domain=domain, subject=subject, detail={"released": len(candidates)}, goldens=sealed)
    return len(candidates)


def make_active(goldens: Sequence[GoldenRecord], *, projector: Projector, act: Act) -> Sealed:
    """The golden records, which the caller holds, are ACTIVE; returns (version id, digest) of the versions cut.

    Raises: Conflict when one is no CANDIDATE.
    """
    for golden in goldens:
        if golden.status != "CANDIDATE":
            raise Conflict(
                f"{golden.code} is {golden.status.lower()} and cannot be released.",
                field="golden",
                value=golden.code,
                remedy="Open its successor instead.",
            )
    statuses = {golden.pk: "ACTIVE" for golden in goldens}
    return cut_versions(statuses, projector=projector, act=act, change=Reshaping(statuses=statuses))
