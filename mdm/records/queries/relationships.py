"""What a golden record is to others, read through successors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of
from mdm.kernel.errors import NotFound
from mdm.records.identifiers import heirs_of
from mdm.records.models import GoldenRecord, Relationship, RelationshipKind
from mdm.records.pinned import redirects_to, stood_for


@dataclass(frozen=True, slots=True)
class RelationshipView:
    """`words` as in: this record `is a subsidiary of` `code`; `reads_from_other` when it is the other that is it."""

    relationship: int
    kind: str
    words: str
    code: str
    status: str
    reads_from_other: bool
    since: datetime


def relationships_of(*, actor: Actor, code: str) -> list[RelationshipView]:
    """Return the relationships that hold, also those made for records that lead here now; oldest first. One between
    records that have become the same is left out.

    Raises: NotFound for an unknown code and for a domain that the actor may not view.
    """
    golden = GoldenRecord.objects.filter(code=code).first()
    if golden is None or not permissions_of(actor).may("view", golden.domain_id):
        raise NotFound("There is no such golden record.", field="golden", value=code[:40], remedy="Check the code.")
    family = stood_for([golden.pk], redirects_to([golden.pk]))[golden.pk]
    rows = list(
        Relationship.objects.filter(Q(left__in=family) | Q(right__in=family), ended_at__isnull=True).order_by("pk")
    )
    others = {row.pk: row.right_id if row.left_id in family else row.left_id for row in rows}
    leads = _leads(others.values())
    return [
        RelationshipView(
            relationship=row.pk,
            kind=row.kind,
            words=str(RelationshipKind(row.kind).label),
            code=leads[others[row.pk]].code,
            status=leads[others[row.pk]].status,
            reads_from_other=row.left_id not in family,
            since=row.opened_at,
        )
        for row in rows
        if others[row.pk] not in family and leads[others[row.pk]].pk != golden.pk
    ]


def _leads(goldens: Iterable[int]) -> dict[int, GoldenRecord]:
    """A record that was split stands for itself."""
    asked = set(goldens)
    heirs = {one: one for one in asked} | heirs_of(asked)
    found = GoldenRecord.objects.in_bulk(heirs.values())
    return {one: found[heir] for one, heir in heirs.items()}
