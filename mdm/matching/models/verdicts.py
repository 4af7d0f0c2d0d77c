"""Verdicts: what stands about two source records, as a chain with one head."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from mdm.matching.models.decisions import Decision
from mdm.matching.models.runs import HASH
from mdm.records.models import SourceRecord


class VerdictKind(models.TextChoices):
    SAME = "SAME", "Same"
    DIFFERENT = "DIFFERENT", "Different"
    RELATED = "RELATED", "Related"
    WITHDRAWN = "WITHDRAWN", "Withdrawn"


class VerdictBy(models.TextChoices):
    PERSON = "PERSON", "Person"
    RULE = "RULE", "Rule"


class Verdict(models.Model):
    """What was said about a pair; the one that no other supersedes stands. Rows are added, never changed."""

    left = models.ForeignKey(SourceRecord, on_delete=models.PROTECT, db_index=False, related_name="+")
    right = models.ForeignKey(SourceRecord, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=9, choices=VerdictKind.choices)
    by = models.CharField(max_length=6, choices=VerdictBy.choices)
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="verdicts")
    evidence_hash = models.CharField(max_length=64, blank=True)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(left__lt=F("right")), name="verdict_left_below_right"),
            models.CheckConstraint(condition=Q(kind__in=VerdictKind.values), name="verdict_kind_known"),
            models.CheckConstraint(condition=Q(by__in=VerdictBy.values), name="verdict_by_known"),
            models.CheckConstraint(
                condition=Q(evidence_hash="") | Q(evidence_hash__regex=HASH), name="verdict_hash_form"
            ),
            models.UniqueConstraint(
                fields=["left", "right"], condition=Q(supersedes__isnull=True), name="verdict_chain_has_one_start"
            ),
        ]
        indexes = [models.Index(fields=["left", "right"], name="verdict_by_pair")]

    def __str__(self) -> str:
        return f"{self.left_id} {self.kind} {self.right_id}"
