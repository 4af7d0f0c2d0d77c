"""Pin several values of one golden record in one act, by the right of whoever calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mdm.accounts.models import Actor
from mdm.events.operations.record import reserve_event_id
from mdm.kernel.clock import database_now
from mdm.kernel.errors import Conflict
from mdm.records.act import Act
from mdm.records.identifiers import lock_goldens
from mdm.records.models import GoldenRecord
from mdm.records.next_versions import LIVING
from mdm.records.operations.cut_versions import cut_versions
from mdm.records.operations.seal_event import seal_event
from mdm.records.operations.write_pins import PinDraft, end_pins, open_pins
from mdm.records.pinnable import check_reason, checked_value
from mdm.records.projection import Projector


def pin_values(*, golden: int, values: Mapping[str, Any], reason: str, actor: Actor) -> None:
    """The golden record shows `values` by path, whatever its sources say. Lives in the caller's transaction, which has
    checked the right to do so.

    Raises: Invalid for a path or value that the domain does not know; Conflict when the golden record lives no more.
    """
    lock_goldens([golden])
    held = GoldenRecord.objects.get(pk=golden)
    if held.status not in LIVING:
        raise Conflict(
            f"{held.code} is {held.status.lower()}.",
            field="golden",
            value=held.code,
            remedy="Open its successor instead.",
        )
    check_reason(reason)
    checked = {path: checked_value(held.domain_id, path, value) for path, value in values.items()}
    act = Act(reserve_event_id(), database_now(), "golden.pinned", actor, reason)
    end_pins(held.pins.filter(path__in=checked, ended_at__isnull=True).values_list("pk", flat=True), at=act.at)
    drafts = [PinDraft(held.pk, path, value, reason, actor.pk, None) for path, value in sorted(checked.items())]
    open_pins(drafts, event=act.event, at=act.at)
    sealed = cut_versions([held.pk], projector=Projector(held.domain_id), act=act)
    detail = {"paths": sorted(checked)}
    seal_event(act, domain=held.domain_id, subject=f"golden:{held.code}", detail=detail, goldens=sealed)
