"""The exact inverse of a decision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mdm.events.models import AuditEvent
from mdm.kernel.errors import DomainError
from mdm.matching.chains import heads_among
from mdm.matching.effects import Effects
from mdm.matching.models import Decision, DecisionGolden, DecisionKind, GoldenRole, Verdict
from mdm.matching.plan import Plan, Redirect, VerdictDraft, moves_to
from mdm.matching.plans.back import carried, take_back
from mdm.matching.refusals import NotUndoable
from mdm.matching.saying import Saying
from mdm.matching.scene import Scene
from mdm.records.identifiers import heirs_of
from mdm.records.models import GoldenSuccessor, Pin, Relationship
from mdm.records.next_versions import LIVING
from mdm.records.operations.write_pins import PinDraft


def why_not_undone(decision: Decision) -> NotUndoable | None:
    """Return what stands against undoing the decision; None when nothing does.

    A release since does not: it is a state, and the record stays released. Nor does a decision that was undone itself.
    """
    if decision.kind == DecisionKind.UNDO:
        return NotUndoable("An undo is not undone.", remedy="Decide again.")
    if decision.undone_by_id is not None:
        return NotUndoable("It was undone already.", [str(decision.undone_by_id)], remedy="Nothing needs to be done.")
    since = (
        DecisionGolden.objects.filter(
            golden__in=decision.goldens.values("golden"),
            decision__event__gt=decision.event_id,
            decision__undone_by__isnull=True,
        )
        .exclude(decision__kind__in=[DecisionKind.UNDO, DecisionKind.RELEASE])
        .select_related("decision__actor", "golden")
        .order_by("-decision__event")
    )
    first = since.first()
    if first is None:
        return None
    by = list(dict.fromkeys(str(row.decision_id) for row in since[:20]))
    what = DecisionKind(first.decision.kind).label.lower()
    return NotUndoable(
        f"{first.decision.actor.name} decided about {first.golden.code} since ({what}).",
        by,
        remedy="Undo that first, or take a record out of the golden record.",
    )


def plan_undo(scene: Scene, *, decision: Decision, saying: Saying) -> Plan:
    """Return the plan that takes `decision` back: links, statuses, redirects, pins, relationships and verdicts."""
    effects = Effects.of(decision.effects)
    roles = {row.golden_id: GoldenRole(row.role) for row in decision.goldens.all()}
    subject = min(roles, key=lambda golden: (roles[golden] not in (GoldenRole.SURVIVOR, GoldenRole.SUBJECT), golden))
    plan = Plan(DecisionKind.UNDO, decision.domain_id, scene, roles, subject, of=decision.pk)
    objection: DomainError | None = why_not_undone(decision)
    if objection is not None:
        plan.object(objection)
        return plan
    take_back(plan, carried(effects), {})
    _statuses(plan, effects)
    _pins(plan, decision, effects)
    _relationships(plan, effects)
    _verdicts(plan, effects, saying)
    return plan


def _statuses(plan: Plan, effects: Effects) -> None:
    """A record that the decision led elsewhere is itself again; one that it made, or made itself again, leads back."""
    opened = set(_leads(effects.successors_opened))
    open_now = GoldenSuccessor.objects.filter(golden__in={golden for golden, _ in opened}, ended_at__isnull=True)
    rows = [Redirect(*row) for row in open_now.values_list("golden_id", "successor_id", "pk")]
    plan.ends = [row for row in rows if (row.golden, row.successor) in opened]
    plan.opens = [Redirect(golden, successor) for golden, successor in _leads(effects.successors_ended)]
    for golden, before, after in effects.statuses:
        # What was only released since may have been led elsewhere by the undo of an older decision: it stays there.
        if after in LIVING and plan.scene.goldens[golden].status not in (*LIVING, "RETIRED"):
            continue
        plan.statuses[golden] = before or "REDIRECTED"
        if not before:
            plan.opens.append(Redirect(golden, plan.subject))
    for redirect in plan.opens:
        _take_all(plan, redirect)


def _leads(rows: Sequence[int]) -> list[tuple[int, int]]:
    """What successor rows say. A row that an undo opened again is another row that says the same."""
    return list(GoldenSuccessor.objects.filter(pk__in=rows).order_by("pk").values_list("golden_id", "successor_id"))


def _take_all(plan: Plan, redirect: Redirect) -> None:
    """A record that leads elsewhere keeps no identifier, not even one that came to it since."""
    to = heirs_of([redirect.successor]).get(redirect.successor, redirect.successor)
    going = {move.entry for move in plan.moves}
    rest = [(e.pk, e.external_id, e.golden) for e in plan.scene.entries_of(redirect.golden) if e.pk not in going]
    plan.moves += moves_to(rest, to)


def _pins(plan: Plan, decision: Decision, effects: Effects) -> None:
    """Pins that it made end; those that it ended are made again, unless the path was pinned, or erased, since."""
    for pin in _alive(pin for pin, _ in effects.pins):
        plan.pins_ended.append(pin.pk)
        plan.pinned.add(pin.golden_id)
    for pin in Pin.objects.filter(pk__in=[pin for _, pin in effects.pins if pin]).select_related("golden"):
        taken = Pin.objects.filter(golden=pin.golden_id, path=pin.path, ended_at__isnull=True)
        subject = f"golden:{pin.golden.code}"
        erased = AuditEvent.objects.filter(type="values.erased", subject=subject, pk__gt=decision.event_id)
        if not taken.exclude(pk__in=plan.pins_ended).exists() and not erased.exists():
            plan.pins.append(
                PinDraft(
                    golden=pin.golden_id,
                    path=pin.path,
                    value=pin.value,
                    reason=pin.reason,
                    author=pin.author_id,
                    expires_at=pin.expires_at,
                    created_at=pin.created_at,
                )
            )


def _alive(pins: Iterable[int]) -> Iterator[Pin]:
    """The pins that hold, or what an undo made of them again: it keeps whose they are and since when."""
    for pin in Pin.objects.filter(pk__in=[pk for pk in pins if pk]):
        same = {"golden": pin.golden_id, "path": pin.path, "author": pin.author_id, "created_at": pin.created_at}
        yield from Pin.objects.filter(ended_at__isnull=True, **same)


def _relationships(plan: Plan, effects: Effects) -> None:
    opened = Relationship.objects.filter(pk__in=effects.relationships_opened, ended_at__isnull=True)
    plan.relations_ended = list(opened.values_list("pk", flat=True))


def _verdicts(plan: Plan, effects: Effects, saying: Saying) -> None:
    """What stood before stands again; where nothing did, the verdict is withdrawn: the pair may be proposed again."""
    said = list(Verdict.objects.filter(pk__in=effects.verdicts).select_related("supersedes").order_by("pk"))
    heads = heads_among({record for verdict in said for record in (verdict.left_id, verdict.right_id)})
    for verdict in said:
        pair = (verdict.left_id, verdict.right_id)
        head = heads[pair]
        restored = head.said_by == DecisionKind.UNDO and head.kind == verdict.kind
        if head.pk != verdict.pk and not restored:
            continue
        before = verdict.supersedes
        if before is None or before.kind == "WITHDRAWN":
            plan.verdicts.append(VerdictDraft(pair, "WITHDRAWN", saying.by, "", head.pk))
        else:
            plan.verdicts.append(VerdictDraft(pair, before.kind, before.by, before.evidence_hash, head.pk))
