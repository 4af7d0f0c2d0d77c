"""What was decided: by a person, about a golden record, and how a golden record came to be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Case, OuterRef, QuerySet, Subquery, When

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of
from mdm.governance.queries import active_pack
from mdm.kernel.errors import NotFound
from mdm.matching.models import Decision, DecisionGolden, DecisionKind, GoldenRole
from mdm.matching.plans.back import still_joined
from mdm.matching.plans.undo import why_not_undone
from mdm.records.models import GoldenRecord, GoldenVersion
from mdm.records.pinned import redirects_to, stood_for
from mdm.records.queries.record_list import title

MOST = 200


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """One decision. `goldens` are (code, role), `names` says what each was called then, by code, masked where the actor
    may not read it; `why_not_undone` is empty when the actor may undo it now.
    """

    id: UUID
    domain: str
    kind: str
    actor: str
    by_me: bool
    reason: str
    decided_at: datetime
    goldens: list[tuple[str, str]]
    names: dict[str, str]
    of: UUID | None
    undone_by: UUID | None
    why_not_undone: str


class _Touched(NamedTuple):
    code: str
    role: str
    values: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class BuildStep:
    """A merge that a golden record is made of; `still_joined` are the codes that can be taken out again."""

    decision: UUID
    decided_at: datetime
    actor: str
    survivor: str
    joined: list[str]
    still_joined: list[str]


def last_decisions(
    *, actor: Actor, by: Actor | None = None, golden: str = "", domain: str = "", limit: int = 10
) -> list[DecisionLine]:
    """Return the last decisions, newest first: of one person, about one golden record (by code), in one domain; of
    domains that the actor may not view none.
    """
    found = Decision.objects.select_related("actor").order_by("-event")
    if by is not None:
        found = found.filter(actor=by)
    if golden:
        found = found.filter(goldens__golden__code=golden)
    if domain:
        found = found.filter(domain=domain)
    return _lines(_visible(found, actor)[: min(limit, MOST)], actor)


def decision_line(*, actor: Actor, decision: UUID) -> DecisionLine:
    """Return one decision.

    Raises: NotFound when there is none, or it is about a domain that the actor may not view.
    """
    found = _visible(Decision.objects.select_related("actor").filter(pk=decision), actor).first()
    if found is None:
        raise NotFound("There is no such decision.", field="decision", value=str(decision), remedy="Reload the page.")
    return _lines([found], actor)[0]


def how_built(*, actor: Actor, code: str) -> list[BuildStep]:
    """Return the merges that made the golden record what it is, oldest first, those of the records it joined included.

    Raises: NotFound for an unknown code and for a domain that the actor may not view.
    """
    golden = GoldenRecord.objects.filter(code=code).first()
    if golden is None or not permissions_of(actor).may("view", golden.domain_id):
        raise NotFound("There is no such golden record.", field="golden", value=code[:40], remedy="Check the code.")
    family = stood_for([golden.pk], redirects_to([golden.pk]))[golden.pk]
    merges = Decision.objects.filter(
        kind=DecisionKind.MERGE,
        undone_by__isnull=True,
        goldens__golden__in=family,
        goldens__role=GoldenRole.SURVIVOR,
    )
    steps = [_step(merge) for merge in merges.select_related("actor").order_by("event")]
    return [step for step in steps if step.still_joined]


def _visible(found: QuerySet[Decision], actor: Actor) -> QuerySet[Decision]:
    permissions = permissions_of(actor)
    return found if permissions.everywhere("view") else found.filter(domain__in=permissions.domains("view"))


def _lines(decisions: Iterable[Decision], actor: Actor) -> list[DecisionLine]:
    found = list(decisions)
    about: dict[UUID, list[_Touched]] = {one.pk: [] for one in found}
    for decision, *touched in _touched(found):
        about[decision].append(_Touched(*touched))
    return [_line(one, about[one.pk][:MOST], actor) for one in found]


def _touched(decisions: Sequence[Decision]) -> QuerySet[DecisionGolden, tuple[Any, ...]]:
    """Rows of decision, code, role, and values as they stood before it (or came to be by it)."""
    then = Case(When(version_before=0, then="version_after"), default="version_before")
    version = GoldenVersion.objects.filter(golden=OuterRef("golden"), number=OuterRef("then"))
    rows = DecisionGolden.objects.filter(decision__in=decisions).order_by("pk").annotate(then=then)
    return rows.values_list("decision", "golden__code", "role", Subquery(version.values("values")[:1]))


def _line(decision: Decision, touched: Sequence[_Touched], actor: Actor) -> DecisionLine:
    pack, reveal = active_pack(decision.domain_id), permissions_of(actor).may("reveal", decision.domain_id)
    return DecisionLine(
        id=decision.pk,
        domain=decision.domain_id,
        kind=decision.kind,
        actor=decision.actor.name,
        by_me=decision.actor_id == actor.pk,
        reason=decision.reason,
        decided_at=decision.decided_at,
        goldens=[(one.code, one.role) for one in touched],
        names={one.code: title(one.values or {}, pack, reveal=reveal) for one in touched},
        of=decision.of_id,
        undone_by=decision.undone_by_id,
        why_not_undone=_why_not(decision, actor),
    )


def _why_not(decision: Decision, actor: Actor) -> str:
    if not permissions_of(actor).may("decide", decision.domain_id):
        return "You may not decide in this domain."
    objection = why_not_undone(decision)
    return "" if objection is None else str(objection)


def _step(merge: Decision) -> BuildStep:
    rows = DecisionGolden.objects.filter(decision=merge).select_related("golden").order_by("golden")
    return BuildStep(
        decision=merge.pk,
        decided_at=merge.decided_at,
        actor=merge.actor.name,
        survivor=next(row.golden.code for row in rows if row.role == GoldenRole.SURVIVOR),
        joined=[row.golden.code for row in rows if row.role == GoldenRole.JOINED],
        still_joined=still_joined(merge),
    )
