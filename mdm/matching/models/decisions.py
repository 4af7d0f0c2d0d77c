"""Decisions: one act about golden records each, and the unit of undo."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from mdm.accounts.models import Actor
from mdm.events.models import AuditEvent
from mdm.governance.models import Domain
from mdm.records.models import GoldenRecord


class DecisionKind(models.TextChoices):
    MERGE = "MERGE", "Merge"
    NOT_A_MATCH = "NOT_A_MATCH", "Not a match"
    RELATED = "RELATED", "Related"
    SPLIT = "SPLIT", "Split"
    UNMERGE = "UNMERGE", "Unmerge"
    RELEASE = "RELEASE", "Release"
    UNDO = "UNDO", "Undo"


class GoldenRole(models.TextChoices):
    SURVIVOR = "SURVIVOR", "Survivor"
    JOINED = "JOINED", "Joined"
    NEW = "NEW", "New"
    SUBJECT = "SUBJECT", "Subject"


class Decision(models.Model):
    """One act; its id is the caller's, so that sending it again does nothing twice.

    `effects` says in ids what it changed, and what its undo turns back. `of` is the decision that an undo or an unmerge
    takes back, `undone_by` the undo that took this one back; set once, and nothing else ever changes.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    domain = models.ForeignKey(Domain, on_delete=models.PROTECT, db_index=False, related_name="+")
    kind = models.CharField(max_length=11, choices=DecisionKind.choices)
    actor = models.ForeignKey(Actor, on_delete=models.PROTECT, db_index=False, related_name="+")
    reason = models.CharField(max_length=500, blank=True)
    evidence_hash = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField()
    event = models.OneToOneField(AuditEvent, on_delete=models.PROTECT, related_name="+")
    effects = models.JSONField()
    of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="followed_by")
    undone_by = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="undoes")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=DecisionKind.values), name="decision_kind_known"),
            models.CheckConstraint(
                condition=Q(kind__in=["UNDO", "UNMERGE"], of__isnull=False)
                | (~Q(kind__in=["UNDO", "UNMERGE"]) & Q(of__isnull=True)),
                name="decision_takes_back_another",
            ),
            models.UniqueConstraint(fields=["of"], condition=Q(kind="UNDO"), name="decision_undone_once"),
            models.CheckConstraint(
                condition=Q(undone_by__isnull=True) | ~Q(kind="UNDO"), name="decision_undo_is_not_undone"
            ),
            models.CheckConstraint(
                condition=Q(evidence_hash="") | Q(evidence_hash__regex=r"^[0-9a-f]{64}$"), name="decision_hash_form"
            ),
        ]
        indexes = [
            models.Index(fields=["actor", "-decided_at"], name="decision_by_actor"),
            models.Index(fields=["domain", "-decided_at"], name="decision_by_domain"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class DecisionGolden(models.Model):
    """A golden record that a decision touched, with its version before (0: it did not exist) and after."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, db_index=False, related_name="goldens")
    golden = models.ForeignKey(GoldenRecord, on_delete=models.PROTECT, related_name="decisions")
    role = models.CharField(max_length=8, choices=GoldenRole.choices)
    version_before = models.IntegerField()
    version_after = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["decision", "golden"], name="decision_golden_unique"),
            models.CheckConstraint(condition=Q(role__in=GoldenRole.values), name="decision_golden_role_known"),
            models.CheckConstraint(
                condition=Q(version_before__gte=0, version_after__gte=F("version_before")),
                name="decision_golden_versions_grow",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.golden_id} of {self.decision_id}"
