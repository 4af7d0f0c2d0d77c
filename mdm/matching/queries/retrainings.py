"""Learning from verdicts: what was learned, and what it would change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of, require
from mdm.kernel.errors import NotFound
from mdm.matching.models import Retraining
from mdm.records.models import CrosswalkEntry
from mdm.records.queries.record_list import RecordLine, described, visible_goldens


@dataclass(frozen=True, slots=True)
class MovedPair:
    """Two golden records whose pair of source records crosses the review threshold; scores in bits."""

    left: RecordLine
    right: RecordLine
    before: float
    after: float


def retrainings_in(*, actor: Actor, domain: str) -> QuerySet[Retraining]:
    """Return the retrainings of the domain without their reports, newest first.

    Raises: NotAllowed without `view` in the domain.
    """
    require(actor, "view", domain)
    found = Retraining.objects.filter(domain=domain).select_related("requested_by", "draft", "rule_set")
    return found.defer("report", "draft__content", "rule_set__content").order_by("-started_at")


def retraining_of(*, actor: Actor, retraining: UUID) -> Retraining:
    """Return the retraining.

    Raises: NotFound when there is none, or the actor may not view its domain.
    """
    return _visible(actor, retraining, pk=retraining)


def retraining_by_job(*, actor: Actor, job: UUID) -> Retraining:
    """Return the retraining that the job carries.

    Raises: as `retraining_of`.
    """
    return _visible(actor, job, job=job)


def _visible(actor: Actor, asked: UUID, **which: UUID) -> Retraining:
    found = Retraining.objects.select_related("requested_by", "draft", "rule_set", "domain").filter(**which).first()
    if found is None or not permissions_of(actor).may("view", found.domain_id):
        raise NotFound(
            "There is no such retraining.",
            field="retraining",
            value=str(asked),
            remedy="Choose one of those that the rules of a domain list.",
        )
    return found


def moved_pairs(*, actor: Actor, lines: Sequence[Sequence[float]]) -> list[MovedPair]:
    """Return the pairs of a report's lines that are of two golden records still, as the actor may see them."""
    records = {int(record) for line in lines for record in line[:2]}
    entries = CrosswalkEntry.objects.filter(external_id__source_record__in=records, ended_at__isnull=True)
    golden_of = dict(entries.values_list("external_id__source_record", "golden_id"))
    goldens = list(visible_goldens(actor=actor).filter(pk__in=set(golden_of.values())))
    told = {line.id: line for line in described(actor=actor, goldens=goldens)}
    found = []
    for left, right, before, after in lines:
        one, other = golden_of.get(int(left)), golden_of.get(int(right))
        if one != other and one in told and other in told:
            found.append(MovedPair(told[one], told[other], before, after))
    return found
