"""What an earlier decision moved goes back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from mdm.kernel.errors import Conflict, Invalid
from mdm.matching.effects import Effects
from mdm.matching.models import Decision, DecisionKind, GoldenRole
from mdm.matching.plan import Left, Plan, Redirect
from mdm.matching.plans.seen import refuse_moved
from mdm.matching.plans.verdicts import tell_apart
from mdm.matching.saying import Saying
from mdm.matching.scene import Scene, places
from mdm.records.identifiers import heirs_of
from mdm.records.models import CrosswalkEntry, GoldenSuccessor
from mdm.records.operations.move_entries import EntryMove, Lapse

ENDED = "ended"
ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Carried:
    """An identifier that a decision carried from one golden record to another."""

    external_id: int
    source: int
    to: int


@dataclass(frozen=True, slots=True)
class Taken:
    """Golden records that come out of another: the one that what they were made one with leads to now."""

    joined: list[int]
    survivor: int


def carried(effects: Effects) -> list[Carried]:
    """Return the identifiers that a decision carried, those that led nowhere included."""
    rows = [(opened, source, to) for _, opened, source, to in effects.moved]
    rows += [(entry, source, to) for entry, source, to in effects.lapsed]
    of = dict(CrosswalkEntry.objects.filter(pk__in=[row[0] for row in rows]).values_list("pk", "external_id_id"))
    return [Carried(of[entry], source, to) for entry, source, to in rows]


def take_back(plan: Plan, those: Iterable[Carried], at_home: Mapping[int, int]) -> None:
    """Have the plan move each identifier back that is where it was put, or where that leads now by `at_home`; one that
    leads nowhere since is remembered at the place it comes from; the rest is left, and listed.
    """
    wanted = list(those)
    now = places(one.external_id for one in wanted)
    for one in wanted:
        place = now[one.external_id]
        if place.golden != at_home.get(one.to, one.to):
            plan.left.append(Left(one.external_id, ELSEWHERE))
        elif place.entry is None:
            plan.lapses.append(Lapse(one.external_id, place.golden, one.source))
            plan.left.append(Left(one.external_id, ENDED))
        else:
            plan.moves.append(EntryMove(place.entry, one.external_id, place.golden, one.source))


def plan_unmerge(
    scene: Scene,
    *,
    merge: Decision,
    taken: Taken,
    saying: Saying,
    versions: Mapping[str, int] | None,
) -> Plan:
    """Return the plan in which the golden records that are taken out are themselves again."""
    joined, survivor = taken.joined, taken.survivor
    effects = Effects.of(merge.effects)
    plan = Plan(
        kind=DecisionKind.UNMERGE,
        domain=merge.domain_id,
        scene=scene,
        roles={survivor: GoldenRole.SURVIVOR, **dict.fromkeys(joined, GoldenRole.JOINED)},
        subject=survivor,
        of=merge.pk,
    )
    refuse_moved(scene, versions, only=[survivor])
    take_back(plan, [one for one in carried(effects) if one.source in joined], dict.fromkeys(_put(effects), survivor))
    _object_to_empty(plan, joined)
    before = {golden: status for golden, status, _ in effects.statuses}
    rows = _redirects_of(merge).filter(golden__in=joined)
    plan.ends = [Redirect(*row) for row in rows.values_list("golden_id", "successor_id", "pk")]
    plan.statuses = {golden: before[golden] for golden in joined}
    _tell_apart(plan, survivor, joined, saying)
    return plan


def taken_out(merge: Decision, codes: Collection[str]) -> Taken:
    """Return what an unmerge is about: all that the merge joined and that is still joined because of it, or the records
    of `codes`.

    Raises: Conflict when it was undone, when what it made was split, or when one was taken out already; Invalid for a
    code that it did not join.
    """
    if merge.undone_by_id is not None:
        raise _nothing("The merge was undone.")
    still = dict(_redirects_of(merge).values_list("golden__code", "golden"))
    all_joined = set(merge.goldens.filter(role=GoldenRole.JOINED).values_list("golden__code", flat=True))
    strange = sorted(set(codes) - all_joined)
    if strange:
        raise Invalid(
            f"The merge did not join {strange[0]}.",
            field="joined",
            value=strange[0][:40],
            remedy="Name records that it joined.",
        )
    gone = sorted(set(codes) - still.keys())
    if gone or not still:
        raise _nothing(f"{', '.join(gone) or 'Everything that the merge joined'} was taken out already.")
    was = merge.goldens.get(role=GoldenRole.SURVIVOR).golden_id
    now = heirs_of([was]).get(was)
    if now is None:
        raise _nothing("What the merge made was split since.")
    return Taken(sorted(still[code] for code in codes or still), now)


def still_joined(merge: Decision) -> list[str]:
    """Return the codes of the records that are joined because of the merge: what an unmerge can take out."""
    return list(_redirects_of(merge).order_by("golden").values_list("golden__code", flat=True))


def _nothing(message: str) -> Conflict:
    return Conflict(message, field="decision", remedy="Reload the record: nothing needs to be taken out.")


def _redirects_of(merge: Decision) -> QuerySet[GoldenSuccessor]:
    """The open redirects that a merge made, or that came back when an unmerge of it was undone."""
    joined = merge.goldens.filter(role=GoldenRole.JOINED).values("golden")
    undone = Decision.objects.filter(of__of=merge.pk, of__kind=DecisionKind.UNMERGE, kind=DecisionKind.UNDO)
    events = [merge.event_id, *undone.values_list("event", flat=True)]
    return GoldenSuccessor.objects.filter(golden__in=joined, opened_event__in=events, ended_at__isnull=True)


def survivor_of(merge: Decision) -> int | None:
    """Return the golden record that what a merge made leads to now; None when that was split."""
    was = merge.goldens.get(role=GoldenRole.SURVIVOR).golden_id
    return heirs_of([was]).get(was)


def _put(effects: Effects) -> set[int]:
    return {to for *_, to in effects.moved} | {to for *_, to in effects.lapsed}


def _object_to_empty(plan: Plan, joined: Collection[int]) -> None:
    back = {move.to for move in plan.moves}
    empty = [golden for golden in joined if golden not in back]
    if empty:
        code = plan.scene.code(empty[0])
        plan.object(
            Conflict(
                f"No identifier that came from {code} is still there, so it cannot be taken out again.",
                field="joined",
                value=code,
                remedy="Split the record instead, by the identifiers that it has now.",
            )
        )


def _tell_apart(plan: Plan, survivor: int, joined: Collection[int], saying: Saying) -> None:
    """What comes out is another thing than what stays; of what comes out together nothing is said."""
    to = {move.entry: move.to for move in plan.moves}
    stays, comes = list[int](), list[int]()
    for entry in plan.scene.entries_of(survivor):
        if entry.source_record is not None:
            (comes if to.get(entry.pk) in joined else stays).append(entry.source_record)
    tell_apart(plan, [sorted(stays), sorted(comes)], "DIFFERENT", saying)
