"""What golden records will be after a plan: the projection that the commit makes, over what will then be linked."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime

from mdm.engine.survivorship import Claim
from mdm.matching.plan import Plan
from mdm.records.next_versions import (
    MadeOf,
    NextVersion,
    Release,
    Reshaping,
    newborn,
    next_versions,
    standings_of,
)
from mdm.records.pinned import HUB, gathered, open_pins, redirects_to, stood_for
from mdm.records.projection import Linked, Projector, linked_records


def foresee(
    plan: Plan, *, projector: Projector, at: datetime, release: Release | None = None
) -> tuple[list[NextVersion], MadeOf]:
    """Return the next version of every golden record that the plan touches, and what each will be made of."""
    made = MadeOf(_linked(plan), _pins(plan, at))
    reachable = {move.to for move in plan.moves} | {
        entry.golden for entry in plan.scene.entries if entry.pk not in {move.entry for move in plan.moves}
    }
    standings = [*standings_of(plan.touched), *(newborn(golden, "") for golden in plan.births)]
    change = Reshaping(plan.moved, plan.statuses, dict.fromkeys(plan.births, ""), release)
    after = [replace(standing, reachable=standing.golden in reachable) for standing in standings]
    return next_versions(after, made, projector, change), made


def _linked(plan: Plan) -> dict[int, list[Linked]]:
    to = {move.entry: move.to for move in plan.moves}
    linked: dict[int, list[Linked]] = {}
    for golden, some in linked_records(plan.scene.goldens).items():
        for one in some:
            linked.setdefault(to.get(one.entry, golden), []).append(one)
    return {golden: sorted(some, key=lambda one: one.source_record) for golden, some in linked.items()}


def _pins(plan: Plan, at: datetime) -> dict[int, list[Claim]]:
    """A pick is a pin with a negative number, its place in the plan, until it is made."""
    subjects = [*plan.touched, *plan.births]
    ended = {(redirect.golden, redirect.successor) for redirect in plan.ends}
    leads = Counter(redirect.golden for redirect in plan.opens)
    opened = [(one.golden, one.successor) for one in plan.opens if leads[one.golden] == 1]
    known = redirects_to({*subjects, *(golden for golden, _ in opened)})
    families = stood_for(subjects, [*(one for one in known if one not in ended), *opened])
    pins = open_pins({one for family in families.values() for one in family}, at)
    kept = {golden: [pin for pin in some if pin.source not in plan.pins_ended] for golden, some in pins.items()}
    for place, draft in enumerate(plan.pins, 1):
        made = Claim(-place, HUB, {draft.path: draft.value}, observed_at=draft.created_at or at)
        kept.setdefault(draft.golden, []).append(made)
    return gathered(families, kept)
