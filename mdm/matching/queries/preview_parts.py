"""A plan as a person reads it: values with winner, rule and runners-up, identifiers that move, codes that lead on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of
from mdm.domains.pack import Pack
from mdm.engine.criteria import Claim
from mdm.engine.rules import plan as rule_plan
from mdm.engine.survivorship import Candidate, explain
from mdm.governance.queries import active_pack
from mdm.matching.foresight import foresee
from mdm.matching.models import DecisionKind, GoldenRole
from mdm.matching.plan import Plan
from mdm.records.models import ExternalId
from mdm.records.next_versions import LIVING, MadeOf, NextVersion, Release
from mdm.records.projection import Projector
from mdm.records.queries.golden import MASK, is_hidden


@dataclass(frozen=True, slots=True)
class Contender:
    """A value that competes at a path. `source_record` is None for a pin, `pin` then says whose: its id, negative for
    one that the decision makes. `value` is masked where the actor may not see it.
    """

    value: Any
    masked: bool
    source_record: int | None
    pin: int | None
    system: str
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class PreviewValue:
    """One value as it would be; `changed` against what the record shows now."""

    path: str
    label: str
    winner: Contender
    runners_up: list[Contender]
    changed: bool


@dataclass(frozen=True, slots=True)
class PreviewGolden:
    """A golden record as it would be; `code` is empty for one that is to be made. `gone` are paths that it would show
    no more. One that lives no more has no values.
    """

    code: str
    role: str
    status_before: str
    status_after: str
    version: int
    values: list[PreviewValue]
    gone: list[str]


@dataclass(frozen=True, slots=True)
class PreviewId:
    """An identifier; `value` is masked where the actor may not view its system."""

    external_id: int
    system: str
    id_type: str
    scope: str
    value: str


@dataclass(frozen=True, slots=True)
class PreviewMove:
    """An identifier that would lead elsewhere; empty code: to a record that is to be made, the n-th in `goldens`."""

    identifier: PreviewId
    from_code: str
    to_code: str
    to: int


@dataclass(frozen=True, slots=True)
class PreviewLeft:
    """An identifier that would not move back: `ended` (it leads nowhere since) or `elsewhere`."""

    identifier: PreviewId
    why: str


@dataclass(frozen=True, slots=True)
class Objection:
    """What stands against the decision, as the operation would refuse it; `verdicts` that it would have to name."""

    code: str
    message: str
    remedy: str
    field: str
    verdicts: list[int]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a decision would do. `released` are codes released with it, `leads` (code, code) redirects that it opens."""

    kind: str
    domain: str
    goldens: list[PreviewGolden]
    moves: list[PreviewMove]
    left: list[PreviewLeft]
    leads: list[tuple[str, str]]
    released: list[str]
    pinned: list[str]
    verdicts: int
    objections: list[Objection]


@dataclass(frozen=True, slots=True)
class _Sight:
    pack: Pack
    reveal: bool
    systems: Collection[str]


def shown(plan: Plan, *, actor: Actor, projector: Projector, at: datetime, release: Release | None = None) -> Preview:
    """Return the plan as `actor` may see it."""
    versions, made = foresee(plan, projector=projector, at=at, release=release)
    sight = _sight(actor, plan.domain, made)
    goldens = [_golden(version, made, plan, projector, sight) for version in _in_order(versions, plan)]
    identifiers = _identifiers(plan, actor)
    place = {version.golden: number for number, version in enumerate(_in_order(versions, plan))}
    return Preview(
        kind=DecisionKind(plan.kind).value,
        domain=plan.domain,
        goldens=goldens,
        moves=[
            PreviewMove(identifiers[move.external_id], _code(plan, move.source), _code(plan, move.to), place[move.to])
            for move in plan.moves
        ],
        left=[PreviewLeft(identifiers[one.external_id], one.why) for one in plan.left],
        leads=[(_code(plan, one.golden), _code(plan, one.successor)) for one in plan.opens],
        released=[v.standing.code for v in versions if v.status == "ACTIVE" and v.standing.status == "CANDIDATE"],
        pinned=sorted(draft.path for draft in plan.pins),
        verdicts=len(plan.verdicts),
        objections=[
            Objection(one.code, one.message, one.remedy, one.field, list(getattr(one, "verdicts", ())))
            for one in plan.objections
        ],
    )


def _in_order(versions: Sequence[NextVersion], plan: Plan) -> list[NextVersion]:
    """The one that the decision is about first, then those that exist, then those to be made."""
    return sorted(versions, key=lambda v: (v.golden != plan.subject, v.golden < 0, abs(v.golden)))


def _code(plan: Plan, golden: int) -> str:
    return plan.scene.code(golden) if golden in plan.scene.goldens else ""


def _sight(actor: Actor, domain: str, made: MadeOf) -> _Sight:
    permissions = permissions_of(actor)
    systems = {one.system for some in made.linked.values() for one in some}
    seen = {system for system in systems if permissions.may("view", domain, system)}
    return _Sight(active_pack(domain), permissions.may("reveal", domain), seen)


def _golden(version: NextVersion, made: MadeOf, plan: Plan, projector: Projector, sight: _Sight) -> PreviewGolden:
    before = version.standing.values if version.standing.number else {}
    living = version.status in LIVING
    values = list(_values(version, made, projector, sight)) if living else []
    return PreviewGolden(
        code=version.standing.code,
        role=plan.roles.get(version.golden, GoldenRole.SUBJECT).value,
        status_before=version.standing.status if version.standing.number else "",
        status_after=version.status,
        version=version.standing.number,
        values=values,
        gone=sorted(before.keys() - version.values.keys()) if living else [],
    )


def _values(version: NextVersion, made: MadeOf, projector: Projector, sight: _Sight) -> Iterator[PreviewValue]:
    claims = [projector.claim(one) for one in made.linked.get(version.golden, [])]
    pins = made.pins.get(version.golden, [])
    contests = _contests(claims, projector)
    for path, value in version.values.items():
        element, _ = rule_plan(projector.rules.rules, path)
        found = explain(path, contests.get(element or path, []), projector.rules.rules, pins)
        first, *others = [_contender(one, path, sight) for one in found]
        yield PreviewValue(
            path=path,
            label=sight.pack.label_of(path),
            winner=first,
            runners_up=others,
            changed=version.standing.values.get(path) != value,
        )


def _contests(claims: Sequence[Claim], projector: Projector) -> dict[str, list[Claim]]:
    """Each claim cut down to what it brings to one contest: a path, or an element that survives as a whole."""
    found: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        parts: dict[str, dict[str, Any]] = defaultdict(dict)
        for path, value in claim.values.items():
            element, _ = rule_plan(projector.rules.rules, path)
            parts[element or path][path] = value
        for key, values in parts.items():
            found[key].append(replace(claim, values=values))
    return found


def _contender(one: Candidate, path: str, sight: _Sight) -> Contender:
    pin = int(str(one.source).removeprefix("pin:")) if isinstance(one.source, str) else None
    hidden = is_hidden(path, sight.pack, reveal=sight.reveal) or (pin is None and one.system not in sight.systems)
    return Contender(
        value=MASK if hidden and one.value is not None else one.value,
        masked=hidden,
        source_record=one.source if isinstance(one.source, int) else None,
        pin=pin,
        system=one.system,
        rule=one.rule,
        reason=one.reason,
    )


def _identifiers(plan: Plan, actor: Actor) -> dict[int, PreviewId]:
    permissions = permissions_of(actor)
    wanted = {move.external_id for move in plan.moves} | {one.external_id for one in plan.left}
    rows = ExternalId.objects.filter(pk__in=wanted).select_related("id_type")
    return {
        one.pk: PreviewId(
            external_id=one.pk,
            system=one.id_type.system_id,
            id_type=one.id_type.name,
            scope=one.scope,
            value=one.value if permissions.may("view", plan.domain, one.id_type.system_id) else MASK,
        )
        for one in rows
    }
