"""Carry out what was planned: the one place where decisions are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from mdm.events.operations.record import reserve_event_id
from mdm.kernel import faults
from mdm.kernel.clock import database_now
from mdm.kernel.constraints import translate
from mdm.kernel.errors import Conflict, DomainError
from mdm.kernel.locks import lock_key
from mdm.kernel.sequences import take, take_ids
from mdm.matching.effects import Effects
from mdm.matching.models import Decision, DecisionGolden, DecisionKind, GoldenRole
from mdm.matching.operations.write_verdicts import append_verdicts
from mdm.matching.plan import Plan
from mdm.matching.saying import Saying
from mdm.matching.scene import places
from mdm.records.act import Act
from mdm.records.models import GoldenRecord, GoldenSuccessor
from mdm.records.next_versions import Release
from mdm.records.operations.move_entries import Moved, Movement, move_entries
from mdm.records.operations.open_goldens import CODE_SEQUENCE
from mdm.records.operations.relate_goldens import end_relationships, open_relationships
from mdm.records.operations.seal_event import seal_event
from mdm.records.operations.write_pins import end_pins, open_pins
from mdm.records.projection import Projector

EVENTS: Final = {
    DecisionKind.MERGE: "golden.merged",
    DecisionKind.NOT_A_MATCH: "pair.distinguished",
    DecisionKind.RELATED: "golden.related",
    DecisionKind.SPLIT: "golden.split",
    DecisionKind.UNMERGE: "golden.unmerged",
    DecisionKind.RELEASE: "golden.released",
    DecisionKind.UNDO: "decision.undone",
}
_TOLD_AS: Final = {
    GoldenRole.SURVIVOR: "survivor",
    GoldenRole.JOINED: "joined",
    GoldenRole.NEW: "split_off",
    GoldenRole.SUBJECT: "with",
}
_TICK = timedelta(microseconds=1)
_CODES_TOLD: Final = 100


def said_before(saying: Saying, kind: DecisionKind) -> Decision | None:
    """Return the decision that was made under this id before, so that sending it again does nothing twice; whoever
    sends the same id at this moment waits.

    Raises: Conflict when the id was used for something else, or by somebody else.
    """
    lock_key(f"decision:{saying.decision_id}")
    first = Decision.objects.filter(pk=saying.decision_id).first()
    if first is not None and (first.kind, first.actor_id) != (kind, saying.actor.pk):
        raise Conflict(
            "The decision's id was used for another decision.",
            field="decision_id",
            value=str(saying.decision_id),
            remedy="Send a new one.",
        )
    return first


def carry_out(plan: Plan, saying: Saying, *, projector: Projector, release: Release | None = None) -> Decision:
    """What was planned is so, and the decision says what it changed. The caller holds the golden records of the plan.

    Raises: the first of the plan's objections; Conflict when another act came in between.
    """
    if plan.objections:
        raise plan.objections[0]
    act = Act(
        event=reserve_event_id(),
        at=moment_of(plan),
        type=EVENTS[plan.kind],
        actor=saying.actor,
        reason=saying.reason,
        decision=saying.decision_id,
    )
    faults.point("matching.planned")
    born = _named(plan)
    effects = Effects(left=[[one.external_id, one.why] for one in plan.left])
    with translate(_REFUSALS):
        _pin(plan, effects, act)
        end_relationships(plan.relations_ended, act=act)
        effects.relationships_ended = list(plan.relations_ended)
        effects.relationships_opened = open_relationships(plan.relations, act=act)
        moved = _move(plan, born, projector, act, release)
        effects.verdicts = append_verdicts(plan.verdicts, decision=saying.decision_id, act=act)
    _note(effects, moved, plan)
    decision = _write(plan, effects, saying, act, born)
    faults.point("matching.decided")
    seal_event(
        act,
        domain=plan.domain,
        subject=f"golden:{plan.scene.code(plan.subject)}",
        detail=_detail(decision, plan, born, effects),
        goldens=moved.sealed,
    )
    return decision


def moment_of(plan: Plan) -> datetime:
    """Return the database's time, or a later one where its clock was set back behind a period that ends with it."""
    moments = [entry.opened_at for entry in plan.scene.entries]
    moments += [place.at for place in places(lapse.external_id for lapse in plan.lapses).values()]
    rows = [redirect.row for redirect in plan.ends]
    moments += GoldenSuccessor.objects.filter(pk__in=rows).values_list("opened_at", flat=True) if rows else []
    return max([database_now(), *(moment + _TICK for moment in moments)])


def _named(plan: Plan) -> dict[int, tuple[int, str]]:
    """Give every golden record that is to be born its id and its code."""
    if not plan.births:
        return {}
    prefix = plan.scene.goldens[plan.subject].domain.code_prefix
    ids = take_ids("records_goldenrecord", len(plan.births))
    codes = [f"{prefix}-{number:06d}" for number in take(CODE_SEQUENCE, len(plan.births))]
    return dict(zip(plan.births, zip(ids, codes, strict=True), strict=True))


def _pin(plan: Plan, effects: Effects, act: Act) -> None:
    end_pins(plan.pins_ended, at=act.at)
    made = open_pins(plan.pins, event=act.event, at=act.at)
    effects.pins = [[pin.pk, 0] for pin in made] + [[0, pin] for pin in plan.pins_ended]


def _move(
    plan: Plan, born: Mapping[int, tuple[int, str]], projector: Projector, act: Act, release: Release | None
) -> Moved:
    def real(golden: int) -> int:
        return born[golden][0] if golden in born else golden

    movement = Movement(
        moves=[replace(move, to=real(move.to)) for move in plan.moves],
        lapses=plan.lapses,
        statuses=plan.statuses,
        opens=[(redirect.golden, real(redirect.successor)) for redirect in plan.opens],
        ends=[redirect.row for redirect in plan.ends],
        born=dict(born.values()),
    )
    return move_entries(movement, projector=projector, act=act, also=plan.touched, release=release)


def _note(effects: Effects, moved: Moved, plan: Plan) -> None:
    effects.moved = [list(row) for row in moved.entries]
    effects.lapsed = [list(row) for row in moved.lapsed]
    effects.successors_opened = moved.successors
    effects.successors_ended = [redirect.row for redirect in plan.ends]


def _write(plan: Plan, effects: Effects, saying: Saying, act: Act, born: Mapping[int, tuple[int, str]]) -> Decision:
    before = plan.scene.goldens
    roles = {born[golden][0] if golden in born else golden: role for golden, role in plan.roles.items()}
    after = {golden.pk: golden for golden in GoldenRecord.objects.filter(pk__in=roles)}
    for pk, golden in sorted(after.items()):
        was = before[pk].status if pk in before else ""
        if was != golden.status:
            effects.statuses.append([pk, was, golden.status])
        if golden.status == "ACTIVE" and was in ("", "CANDIDATE"):
            effects.released.append(pk)
    decision = Decision.objects.create(
        id=saying.decision_id,
        domain_id=plan.domain,
        kind=plan.kind,
        actor=saying.actor,
        reason=saying.reason,
        evidence_hash=saying.evidence_hash,
        decided_at=act.at,
        event_id=act.event,
        effects=effects.to_json(),
        of_id=plan.of,
    )
    DecisionGolden.objects.bulk_create(
        DecisionGolden(
            decision=decision,
            golden_id=pk,
            role=role,
            version_before=before[pk].version_number if pk in before else 0,
            version_after=after[pk].version_number,
        )
        for pk, role in sorted(roles.items())
    )
    return decision


def _detail(decision: Decision, plan: Plan, born: Mapping[int, tuple[int, str]], effects: Effects) -> dict[str, Any]:
    """Ids and codes only; of many records the first are named, and the decision names all."""
    codes: dict[str, list[str]] = {}
    for golden, role in sorted(plan.roles.items()):
        if golden != plan.subject:
            name = born[golden][1] if golden in born else plan.scene.code(golden)
            codes.setdefault(_TOLD_AS[GoldenRole(role)], []).append(name)
    told: dict[str, Any] = {role: some[:_CODES_TOLD] for role, some in codes.items()}
    counts = {"moved": len(effects.moved), "verdicts": len(effects.verdicts), "left": len(effects.left)}
    return {"decision": str(decision.pk), "of": str(plan.of) if plan.of else None, **told, **counts}


def _in_between() -> DomainError:
    return Conflict("Somebody decided about these records at the same moment.", remedy="Look again and decide.")


_REFUSALS: Final = dict.fromkeys(
    (
        "pin_one_open_per_path",
        "relationship_one_open",
        "golden_successor_one_open",
        "crosswalk_one_open_entry",
        "crosswalk_periods_never_overlap",
        "verdict_chain_has_one_start",
        "matching_verdict_supersedes_id_key",
    ),
    _in_between,
)
