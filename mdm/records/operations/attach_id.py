"""Take over the identifier that a system gave to a record it was sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mdm.accounts.models import Actor
from mdm.accounts.queries import require
from mdm.events.operations.record import reserve_event_id
from mdm.governance.identifiers import canonical, canonical_scope
from mdm.governance.models import IdType
from mdm.records.act import Act
from mdm.records.identifiers import Key, Standing, heirs_of, hold, moment_after, standings
from mdm.records.models import GoldenRecord
from mdm.records.next_versions import LIVING, Reshaping
from mdm.records.operations.claim_ids import claim_ids
from mdm.records.operations.cut_versions import cut_versions
from mdm.records.operations.seal_event import seal_event
from mdm.records.operations.write_entries import open_entries
from mdm.records.projection import Projector


@dataclass(frozen=True, slots=True)
class Attached:
    """What became of the identifier. `golden` is the record it leads to now, None when it leads nowhere.

    "taken": it leads to another golden record, and nothing was changed; "homeless": the record no longer lives.
    """

    status: Literal["opened", "unchanged", "taken", "homeless"]
    golden: int | None


def attach_id(*, id_type: IdType, value: str, golden: int, actor: Actor, scope: str = "", reason: str = "") -> Attached:
    """The identifier leads to the golden record (an id), or to the one that this was merged into since; no source
    record comes with it. Lives in the caller's transaction.

    Raises: NotAllowed without `operate` in the system; Invalid for a value that is no identifier of that type.
    """
    require(actor, "operate", id_type.domain_id, system=id_type.system_id)
    key = (canonical_scope(id_type, scope), canonical(id_type, value))
    if not standings(id_type.pk, [key]):
        claim_ids(id_type=id_type.pk, sent={key: value[:200]})
    standing, heir = _held(id_type, key, golden)
    if standing.golden is not None:
        return Attached("unchanged" if standing.golden == heir.pk else "taken", standing.golden)
    if heir.status not in LIVING:
        return Attached("homeless", None)
    _open(standing, heir, id_type, actor, reason)
    return Attached("opened", heir.pk)


def _held(id_type: IdType, key: Key, golden: int) -> tuple[Standing, GoldenRecord]:
    """Hold the identifier and every golden record that counts, and return how they stand then."""
    now: dict[str, Standing] = {}
    heir = golden

    def wanted() -> tuple[list[int], set[int]]:
        nonlocal heir
        now["id"] = standings(id_type.pk, [key])[key]
        heir = heirs_of([golden]).get(golden, golden)
        leads_to = {now["id"].golden} if now["id"].golden is not None else set()
        return [now["id"].external_id], {golden, heir, *leads_to}

    hold(wanted)
    return now["id"], GoldenRecord.objects.get(pk=heir)


def _open(standing: Standing, golden: GoldenRecord, id_type: IdType, actor: Actor, reason: str) -> None:
    act = Act(reserve_event_id(), moment_after([standing]), "id.attached", actor, reason)
    open_entries([(standing.external_id, golden.pk)], event=act.event, at=act.at)
    projector = Projector(golden.domain_id)
    sealed = cut_versions([golden.pk], projector=projector, act=act, change=Reshaping(moved=[golden.pk]))
    seal_event(
        act,
        domain=golden.domain_id,
        subject=f"golden:{golden.code}",
        detail={"system": id_type.system_id, "id_type": id_type.name, "external_id": standing.external_id},
        goldens=sealed,
    )
