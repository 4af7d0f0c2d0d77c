"""Several golden records become one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mdm.engine.paths import attribute_of
from mdm.governance.queries import active_pack
from mdm.kernel.errors import Invalid
from mdm.matching.chains import Pair, heads_among, ordered
from mdm.matching.models import DecisionKind, GoldenRole
from mdm.matching.plan import Plan, Redirect, moves_to
from mdm.matching.plans.picks import Pick, strict_pins, with_picks
from mdm.matching.plans.seen import refuse_moved
from mdm.matching.plans.verdicts import best_pairs, object_to_overruling, say_same, standing_apart
from mdm.matching.saying import Saying
from mdm.matching.scene import Scene, present_values
from mdm.records.models import GoldenRecord
from mdm.records.observation import Values
from mdm.records.projection import Projector


@dataclass(frozen=True)
class MergeAsked:
    """What a merge is asked to do: see `operations.merge`."""

    pairs: Sequence[Pair] = ()
    picks: Mapping[str, Pick] = field(default_factory=dict)
    supersedes: Collection[int] = ()


def best_survivor(goldens: Collection[GoldenRecord]) -> GoldenRecord:
    """Return who stays unless somebody says otherwise: a released record, then the oldest."""
    return min(goldens, key=lambda golden: (golden.status != "ACTIVE", golden.created_at, golden.pk))


def plan_merge(
    scene: Scene,
    *,
    survivor: int,
    asked: MergeAsked,
    saying: Saying,
    versions: Mapping[str, int] | None,
    projector: Projector,
    at: datetime,
) -> Plan:
    """Return the plan in which all golden records of the scene are `survivor`. `versions` None: as they are now."""
    joined = [golden for golden in scene.goldens if golden != survivor]
    plan = Plan(
        kind=DecisionKind.MERGE,
        domain=projector.domain,
        scene=scene,
        roles={survivor: GoldenRole.SURVIVOR, **dict.fromkeys(joined, GoldenRole.JOINED)},
        subject=survivor,
    )
    refuse_moved(scene, versions)
    _object_to_unreleased(plan, survivor)
    members = present_values(scene.goldens)
    _object_without_reason(plan, members, saying)
    _add_verdicts(plan, [survivor, *joined], asked, saying)
    for golden in joined:
        plan.moves += moves_to(((e.pk, e.external_id, e.golden) for e in scene.entries_of(golden)), survivor)
        plan.statuses[golden] = "REDIRECTED"
        plan.opens.append(Redirect(golden, survivor))
    with_picks(plan, survivor, asked.picks, saying, projector, at)
    strict_pins(plan, survivor, saying, members, projector, at)
    return plan


def _object_to_unreleased(plan: Plan, survivor: int) -> None:
    """What others know must not vanish into what they do not know."""
    stays = plan.scene.goldens[survivor]
    known = [golden for golden in plan.scene.goldens.values() if golden.status == "ACTIVE"]
    if stays.status == "CANDIDATE" and known:
        plan.object(
            Invalid(
                f"{known[0].code} is released and {stays.code} is not.",
                field="survivor",
                value=stays.code,
                remedy=f"Let {known[0].code} survive, or release {stays.code} first.",
            )
        )


def _object_without_reason(plan: Plan, members: Mapping[int, Values], saying: Saying) -> None:
    """One-time accounts, dummies and tests look alike without being the same."""
    if saying.reason.strip():
        return
    pack = active_pack(plan.domain)
    for golden, values in members.items():
        code = plan.scene.code(golden)
        for path, value in values.items():
            attribute = pack.attributes.get(attribute_of(path))
            if attribute is not None and value in attribute.reason_to_merge:
                plan.object(
                    Invalid(
                        f"{code} says {pack.label_of(path)}: {value}. Merging such records needs a reason.",
                        field="reason",
                        value=code,
                        remedy="Say how you know that they are the same.",
                    )
                )
                return


def _add_verdicts(plan: Plan, members: Sequence[int], asked: MergeAsked, saying: Saying) -> None:
    groups = [plan.scene.records_of(golden) for golden in members]
    heads = heads_among(record for group in groups for record in group)
    apart = standing_apart(heads, groups)
    object_to_overruling(plan, apart, asked.supersedes, saying)
    pairs = [*_shown_pairs(groups, asked.pairs), *((head.left, head.right) for head in apart)]
    say_same(plan, pairs, heads, saying)


def _shown_pairs(groups: Sequence[Sequence[int]], shown: Sequence[Pair]) -> list[Pair]:
    """The pairs that were shown, and for every joined record that has none the one that is most alike."""
    group_of = {record: number for number, group in enumerate(groups) for record in group}
    for pair in shown:
        between = {group_of.get(record) for record in pair}
        if len(between) != 2 or None in between:
            raise Invalid(
                f"Source records {pair[0]} and {pair[1]} are not of two records of this merge.",
                field="pairs",
                remedy="Name pairs of source records that the merge joins.",
            )
    covered = {group_of[record] for pair in shown for record in pair}
    best = best_pairs(groups)
    pairs = [ordered(*pair) for pair in shown]
    for number, group in enumerate(groups):
        if number and number not in covered and group:
            first = next((other for other in groups if other and other is not group), None)
            if number in best:
                pairs.append(best[number])
            elif first:
                pairs.append(ordered(group[0], first[0]))
    return pairs
