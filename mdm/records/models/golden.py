"""Golden records: projections of what systems said, with their versions, successors and pins."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from mdm.accounts.models import Actor
from mdm.events.models import AuditEvent
from mdm.governance.models import Domain, RuleSet


class GoldenStatus(models.TextChoices):
    CANDIDATE = "CANDIDATE", "Candidate"
    ACTIVE = "ACTIVE", "Active"
    REDIRECTED = "REDIRECTED", "Redirected"
    SPLIT = "SPLIT", "Split"
    RETIRED = "RETIRED", "Retired"


class GoldenRecord(models.Model):
    """The one record per real thing. `version_number` is its optimistic lock; values live in its versions.

    `released_at` is when it was first released and stays: nothing about a record without it may be told to others.
    """

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=13, unique=True)
    domain = models.ForeignKey(Domain, on_delete=models.PROTECT, db_index=False, related_name="+")
    status = models.CharField(max_length=10, choices=GoldenStatus.choices)
    version_number = models.IntegerField()
    crosswalk_revision = models.IntegerField()
    created_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=GoldenStatus.values), name="golden_status_known"),
            models.CheckConstraint(condition=Q(code__regex=r"^[A-Z]{2}-[0-9]{6,10}$"), name="golden_code_form"),
            models.CheckConstraint(condition=Q(version_number__gte=1), name="golden_version_positive"),
            models.CheckConstraint(
                condition=~Q(status="ACTIVE") | Q(released_at__isnull=False), name="golden_active_was_released"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class GoldenVersion(models.Model):
    """What the golden record was from `recorded_at` on; immutable. Values are by path, provenance names the winners."""

    golden = models.ForeignKey(GoldenRecord, on_delete=models.PROTECT, db_index=False, related_name="versions")
    number = models.IntegerField()
    status = models.CharField(max_length=10, choices=GoldenStatus.choices)
    values = models.JSONField(null=True)
    provenance = models.JSONField()
    sources = models.JSONField()
    rule_set = models.ForeignKey(RuleSet, on_delete=models.PROTECT, db_index=False, related_name="+")
    recorded_at = models.DateTimeField()
    event = models.ForeignKey(AuditEvent, on_delete=models.PROTECT, related_name="+")
    salt = models.BinaryField(null=True)
    digest = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["golden", "number"], name="golden_version_unique"),
            models.CheckConstraint(condition=Q(status__in=GoldenStatus.values), name="golden_version_status_known"),
        ]
        indexes = [models.Index(fields=["recorded_at", "id"], name="golden_version_by_time")]

    def __str__(self) -> str:
        return f"{self.golden_id} v{self.number}"


class GoldenSuccessor(models.Model):
    """Where a redirected or split golden record leads, for a period. A ledger: rows open and end, nothing else."""

    golden = models.ForeignKey(GoldenRecord, on_delete=models.PROTECT, db_index=False, related_name="successors")
    successor = models.ForeignKey(GoldenRecord, on_delete=models.PROTECT, related_name="predecessors")
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    opened_event = models.ForeignKey(AuditEvent, on_delete=models.PROTECT, db_index=False, related_name="+")
    ended_event = models.ForeignKey(AuditEvent, on_delete=models.PROTECT, db_index=False, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["golden", "successor"], condition=Q(ended_at__isnull=True), name="golden_successor_one_open"
            ),
            models.CheckConstraint(condition=~Q(golden=F("successor")), name="golden_successor_is_another"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gt=F("opened_at")),
                name="golden_successor_period_not_empty",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_event__isnull=True)
                | Q(ended_at__isnull=False, ended_event__isnull=False),
                name="golden_successor_end_has_event",
            ),
        ]
        indexes = [models.Index(fields=["golden", "opened_at"], name="golden_successor_by_golden")]

    def __str__(self) -> str:
        return f"{self.golden_id} -> {self.successor_id}"


class RelationshipKind(models.TextChoices):
    SUBSIDIARY = "subsidiary", "is a subsidiary of"
    SHIP_TO = "ship_to", "is a ship-to of"
    CONTACT = "contact", "is a contact of"
    RELATED = "related", "is related to"


class Relationship(models.Model):
    """`left` is something to `right`, for a period: a subsidiary, a ship-to. It stays on the records it was made for
    and is read through their successors. A ledger: rows open and end, nothing else.
    """

    left = models.ForeignKey(GoldenRecord, on_delete=models.PROTECT, db_index=False, related_name="+")
    right = models.ForeignKey(GoldenRecord, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=RelationshipKind.choices)
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    opened_event = models.ForeignKey(AuditEvent, on_delete=models.PROTECT, db_index=False, related_name="+")
    ended_event = models.ForeignKey(AuditEvent, on_delete=models.PROTECT, db_index=False, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=RelationshipKind.values), name="relationship_kind_known"),
            models.CheckConstraint(condition=~Q(left=F("right")), name="relationship_is_to_another"),
            models.UniqueConstraint(
                fields=["left", "right", "kind"], condition=Q(ended_at__isnull=True), name="relationship_one_open"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gt=F("opened_at")),
                name="relationship_period_not_empty",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_event__isnull=True)
                | Q(ended_at__isnull=False, ended_event__isnull=False),
                name="relationship_end_has_event",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.left_id} {self.kind} {self.right_id}"


class Pin(models.Model):
    """A steward's value for one path: outranks every source until it ends or expires."""

    golden = models.ForeignKey(GoldenRecord, on_delete=models.PROTECT, db_index=False, related_name="pins")
    path = models.CharField(max_length=200)
    value = models.JSONField(null=True)
    reason = models.CharField(max_length=500)
    author = models.ForeignKey(Actor, on_delete=models.PROTECT, db_index=False, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    event = models.ForeignKey(AuditEvent, on_delete=models.PROTECT, db_index=False, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["golden", "path"], condition=Q(ended_at__isnull=True), name="pin_one_open_per_path"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="pin_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.golden_id}.{self.path}"
