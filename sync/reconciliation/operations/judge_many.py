"""What a person does about several differences at once: one that cannot be dealt with keeps no other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mdm.accounts.models import Actor
from mdm.kernel.errors import DomainError
from sync.reconciliation.models import DriftFinding
from sync.reconciliation.operations.judge_drift import heal_drift, ignore_drift
from sync.reconciliation.queries.drift import visible_drift


@dataclass(frozen=True, slots=True)
class Judged:
    """How many differences were dealt with, and how often there was which reason not to."""

    done: int
    refused: Mapping[str, int]


def heal_many(*, findings: Sequence[int], actor: Actor, reason: str = "") -> Judged:
    """The golden record of each finding is sent once more, once however many findings it has; each is a transaction
    of its own. What the actor may not view, and what is healed with another, is passed over.
    """
    sent: set[tuple[str, str, int]] = set()

    def heal(found: DriftFinding) -> int:
        lane = (found.connection_id, found.object, found.golden_id)
        if lane in sent:
            return 0
        healed = heal_drift(finding=found.pk, actor=actor, reason=reason)
        sent.add(lane)
        return healed

    return _each(findings, actor, heal)


def ignore_many(*, findings: Sequence[int], until: datetime, actor: Actor, reason: str = "") -> Judged:
    """None of the findings is shown as open until then; each is a transaction of its own. What the actor may not view
    is passed over.
    """

    def ignore(found: DriftFinding) -> int:
        ignore_drift(finding=found.pk, until=until, actor=actor, reason=reason)
        return 1

    return _each(findings, actor, ignore)


def _each(findings: Sequence[int], actor: Actor, judge: Callable[[DriftFinding], int]) -> Judged:
    done, refused = 0, Counter[str]()
    for found in visible_drift(actor=actor).filter(pk__in=findings).order_by("golden", "pk"):
        try:
            done += judge(found)
        except DomainError as refusal:
            refused[str(refusal)] += 1
    return Judged(done, dict(refused))
