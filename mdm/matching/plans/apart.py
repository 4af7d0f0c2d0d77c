"""Golden records are not the same, or are several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mdm.kernel.errors import Conflict, Invalid
from mdm.matching.models import DecisionKind, GoldenRole
from mdm.matching.plan import Plan, Redirect, moves_to
from mdm.matching.plans.seen import refuse_moved
from mdm.matching.plans.verdicts import tell_apart
from mdm.matching.saying import Saying
from mdm.matching.scene import Entry, Scene
from mdm.records.models import Relationship, RelationshipKind


def plan_not_a_match(
    scene: Scene, *, groups: Sequence[Sequence[int]], saying: Saying, versions: Mapping[str, int] | None
) -> Plan:
    """Return the plan in which no two golden records of different groups are the same."""
    plan = _about(scene, DecisionKind.NOT_A_MATCH, subject=groups[0][0])
    refuse_moved(scene, versions)
    records = [[record for golden in group for record in scene.records_of(golden)] for group in groups]
    if sum(1 for group in records if group) < 2:
        raise Invalid(
            "Nothing is known of these records that could tell them apart.",
            field="groups",
            remedy="Wait until a system sends values for at least two of them.",
        )
    tell_apart(plan, records, "DIFFERENT", saying)
    return plan


def plan_relate(
    scene: Scene, *, left: int, right: int, kind: str, saying: Saying, versions: Mapping[str, int] | None
) -> Plan:
    """Return the plan in which `left` is something to `right`, and not the same."""
    plan = _about(scene, DecisionKind.RELATED, subject=left)
    refuse_moved(scene, versions)
    if kind not in RelationshipKind.values:
        raise Invalid(
            f"{kind[:40]!r} is no kind of relationship.",
            field="kind",
            value=kind[:40],
            remedy=f"Choose one of {', '.join(RelationshipKind.values)}.",
        )
    if Relationship.objects.filter(left=left, right=right, kind=kind, ended_at__isnull=True).exists():
        plan.object(
            Conflict(
                f"{scene.code(left)} {RelationshipKind(kind).label} {scene.code(right)} already.",
                field="kind",
                value=kind,
                remedy="Nothing needs to be done.",
            )
        )
    plan.relations.append((left, right, kind))
    tell_apart(plan, [scene.records_of(left), scene.records_of(right)], "RELATED", saying)
    return plan


def plan_split(
    scene: Scene, *, golden: int, groups: Sequence[Sequence[int]], saying: Saying, versions: Mapping[str, int] | None
) -> Plan:
    """Return the plan in which each group of identifiers has a golden record of its own; what is in no group stays."""
    plan = _about(scene, DecisionKind.SPLIT, subject=golden)
    refuse_moved(scene, versions)
    parts = _parts(scene.entries_of(golden), groups)
    kept = [entry for entry in scene.entries_of(golden) if all(entry not in part for part in parts)]
    if not kept and len(parts) < 2:
        raise Invalid(
            "The split would move everything to one new record.",
            field="groups",
            remedy="Leave something, or name two groups.",
        )
    plan.births = [-number for number in range(1, len(parts) + 1)]
    for born, part in zip(plan.births, parts, strict=True):
        plan.roles[born] = GoldenRole.NEW
        plan.moves += moves_to(((e.pk, e.external_id, e.golden) for e in part), born)
    if not kept:
        plan.statuses[golden] = "SPLIT"
        plan.opens = [Redirect(golden, born) for born in plan.births]
    tell_apart(plan, [_records(part) for part in (kept, *parts)], "DIFFERENT", saying)
    return plan


def _about(scene: Scene, kind: DecisionKind, *, subject: int) -> Plan:
    return Plan(
        kind=kind,
        domain=scene.goldens[subject].domain_id,
        scene=scene,
        roles=dict.fromkeys(scene.goldens, GoldenRole.SUBJECT),
        subject=subject,
    )


def _parts(entries: Sequence[Entry], groups: Sequence[Sequence[int]]) -> list[list[Entry]]:
    """The entries of each group of external ids.

    Raises: Invalid for an empty group, an identifier named twice, or one that does not lead to the golden record.
    """
    known = {entry.external_id: entry for entry in entries}
    asked = [external_id for group in groups for external_id in group]
    if not groups or not all(groups):
        raise Invalid("A group without identifiers is no group.", field="groups", remedy="Name what moves.")
    if len(set(asked)) != len(asked):
        raise Invalid("An identifier is named twice.", field="groups", remedy="Put each identifier in one group.")
    strange = [external_id for external_id in asked if external_id not in known]
    if strange:
        raise Conflict(
            f"Identifier {strange[0]} does not lead to this record.",
            field="groups",
            value=str(strange[0]),
            remedy="Look again: it may have moved.",
        )
    return [[known[external_id] for external_id in group] for group in groups]


def _records(entries: Sequence[Entry]) -> list[int]:
    return sorted(entry.source_record for entry in entries if entry.source_record is not None)
