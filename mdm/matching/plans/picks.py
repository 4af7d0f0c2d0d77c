"""Values that a merge pins: what the steward picked, and what stays strict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mdm.domains.pack import Pack
from mdm.engine.paths import attribute_of
from mdm.governance.queries import active_pack
from mdm.kernel.errors import Invalid
from mdm.matching.foresight import foresee
from mdm.matching.plan import Plan
from mdm.matching.saying import Saying
from mdm.records.models import Pin
from mdm.records.observation import Values
from mdm.records.operations.write_pins import PinDraft
from mdm.records.pinnable import check_reason, checked_value
from mdm.records.projection import Projector, linked_records


@dataclass(frozen=True, slots=True)
class Pick:
    """A steward's choice for one path: what `source_record` says, or else `value` typed, which needs a reason (its own,
    or the decision's).
    """

    value: Any = None
    source_record: int | None = None
    reason: str = ""
    expires_at: datetime | None = None


def with_picks(
    plan: Plan, survivor: int, picks: Mapping[str, Pick], saying: Saying, projector: Projector, at: datetime
) -> None:
    """Have the plan pin what was picked on the survivor; a pick of what would be there anyway pins nothing."""
    if not picks:
        return
    there = _foreseen(plan, survivor, projector, at)
    for path, pick in sorted(picks.items()):
        value = _picked(plan, path, pick)
        if there.get(path) != value:
            _pin(
                plan, survivor, PinDraft(survivor, path, value, _reason(pick, saying), saying.actor.pk, pick.expires_at)
            )


def strict_pins(
    plan: Plan, survivor: int, saying: Saying, members: Mapping[int, Values], projector: Projector, at: datetime
) -> None:
    """Have the plan pin, where rules, ownership or an older pin would let a milder value through, the strictest value
    that a member shows now; `members` are the present values by golden record. A milder pick is refused.
    """
    pack = active_pack(plan.domain)
    wanted = dict(_strictest(pack, members))
    if not any(len({values.get(path) for values in members.values()}) > 1 for path in wanted):
        return
    there = _foreseen(plan, survivor, projector, at)
    for path, (rank, value, golden) in sorted(wanted.items()):
        if _rank(pack, path, there.get(path)) >= rank:
            continue
        code = plan.scene.code(golden)
        if any(draft.path == path for draft in plan.pins):
            label = pack.label_of(path)
            plan.object(
                Invalid(
                    f"{code} is {value}, and a merge takes over the stricter {label}.",
                    field=f"picks.{path}",
                    value=str(there.get(path)),
                    remedy="Merge without this pick, then change the value for a reason.",
                )
            )
            continue
        reason = f"{code} was {value}: a merge takes over the stricter."
        _pin(plan, survivor, PinDraft(survivor, path, value, reason, saying.actor.pk))


def _strictest(pack: Pack, members: Mapping[int, Values]) -> Iterator[tuple[str, tuple[int, Any, int]]]:
    """(path, (rank, value, golden record that shows it)) of every value that has a strictness."""
    found: dict[str, tuple[int, Any, int]] = {}
    for golden, values in members.items():
        for path, value in values.items():
            rank = _rank(pack, path, value)
            if rank >= 0 and rank > found.get(path, (-1,))[0]:
                found[path] = (rank, value, golden)
    yield from found.items()


def _rank(pack: Pack, path: str, value: Any) -> int:
    attribute = pack.attributes.get(attribute_of(path))
    order = attribute.strictness if attribute else ()
    return order.index(value) if value in order else -1


def _foreseen(plan: Plan, golden: int, projector: Projector, at: datetime) -> Values:
    versions, _ = foresee(plan, projector=projector, at=at)
    return next((version.values for version in versions if version.golden == golden), {})


def _picked(plan: Plan, path: str, pick: Pick) -> Any:
    if pick.source_record is None:
        return checked_value(plan.domain, path, pick.value)
    said = {one.source_record: one.values for some in linked_records(plan.scene.goldens).values() for one in some}
    if said.get(pick.source_record, {}).get(path) is None:
        raise Invalid(
            f"Source record {pick.source_record} has no value there that could be taken.",
            field=f"picks.{path}",
            value=str(pick.source_record),
            remedy="Take the value of a record of this merge that has one.",
        )
    return said[pick.source_record][path]


def _reason(pick: Pick, saying: Saying) -> str:
    given = pick.reason.strip() or saying.reason.strip()
    if not given and pick.source_record is not None:
        given = f"Taken from source record {pick.source_record} when merging."
    check_reason(given)
    return given


def _pin(plan: Plan, golden: int, draft: PinDraft) -> None:
    standing = Pin.objects.filter(golden=golden, path=draft.path, ended_at__isnull=True)
    plan.pins_ended += [pk for pk in standing.values_list("pk", flat=True) if pk not in plan.pins_ended]
    plan.pins.append(draft)
