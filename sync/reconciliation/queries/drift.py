"""What differs in targets from what was confirmed there, for those who may view the golden record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of
from mdm.governance.queries import active_pack
from mdm.kernel.errors import NotFound
from mdm.records.queries.golden import MASK, is_hidden
from mdm.records.queries.record_list import described
from sync.reconciliation.models import DriftFinding


@dataclass(frozen=True, slots=True)
class DriftLine:
    """One finding with the three values, masked where they are private: confirmed, in the target now, golden now."""

    finding: DriftFinding
    name: str
    confirmed: Any
    target: Any
    golden: Any

    @property
    def pk(self) -> int:
        return self.finding.pk


def visible_drift(
    *, actor: Actor, status: str = "", system: str = "", cause: str = "", code: str = "", field: str = ""
) -> QuerySet[DriftFinding]:
    """Return the findings about golden records that the actor may view, that fit every filter given."""
    permissions = permissions_of(actor)
    found = DriftFinding.objects.select_related("golden", "connection", "closed_by")
    if not permissions.everywhere("view"):
        found = found.filter(golden__domain__in=permissions.domains("view"))
    asked = {
        "status": status,
        "connection": system,
        "cause": cause,
        "golden__code": code,
        "target_field": field,
    }
    return found.filter(**{name: value for name, value in asked.items() if value})


def visible_finding(*, actor: Actor, finding: int) -> DriftFinding:
    """Return one finding. Raises: NotFound, also where the actor may not view its golden record."""
    found = visible_drift(actor=actor).filter(pk=finding).first()
    if found is None:
        raise NotFound("There is no such finding.", field="finding", value=str(finding), remedy="Reload the list.")
    return found


def drift_lines(*, actor: Actor, findings: Sequence[DriftFinding]) -> list[DriftLine]:
    """Return one line per finding, in the order given, in a fixed number of statements."""
    names = {
        line.id: line.name
        for line in described(actor=actor, goldens=list({one.golden_id: one.golden for one in findings}.values()))
    }
    return [_line(actor, one, names.get(one.golden_id, one.golden.code)) for one in findings]


def _line(actor: Actor, one: DriftFinding, name: str) -> DriftLine:
    reveal = permissions_of(actor).may("reveal", one.golden.domain_id)
    hidden = bool(one.path) and is_hidden(one.path, active_pack(one.golden.domain_id), reveal=reveal)
    found = one.found or {}
    values = [
        MASK if hidden and found.get(side) is not None else found.get(side)
        for side in ("confirmed", "target", "golden")
    ]
    return DriftLine(one, name, *values)
