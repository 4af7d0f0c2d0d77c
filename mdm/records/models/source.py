"""What systems said: source records, their versions, the keys they are found by, and findings about them."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q

from mdm.events.models import AuditEvent
from mdm.governance.models import Domain
from mdm.records.models.identity import ExternalId


class SourceRecord(models.Model):
    """What one system says under one external id; never edited by us.

    `version_number` counts the versions stored, `current` is the newest content by the source's own time (an older one
    may arrive late), `in_force` the one that counts in the golden record (a newer one may wait for a person).
    `generation` grows when the id is re-used for something else. `content_hash` is of the current content.
    """

    external_id = models.OneToOneField(ExternalId, on_delete=models.PROTECT, related_name="source_record")
    domain = models.ForeignKey(Domain, on_delete=models.PROTECT, db_index=False, related_name="+")
    generation = models.IntegerField()
    version_number = models.IntegerField()
    current = models.IntegerField()
    in_force = models.IntegerField()
    content_hash = models.BinaryField(null=True)
    deleted = models.BooleanField()
    changed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(in_force__gte=1) & Q(in_force__lte=F("current")) & Q(current__lte=F("version_number")),
                name="source_record_versions_in_order",
            ),
            models.CheckConstraint(condition=Q(generation__gte=1), name="source_record_generation_positive"),
        ]

    def __str__(self) -> str:
        return f"source record {self.pk}"


class SourceVersion(models.Model):
    """One thing a system said, once. `values` as sent by path, `standardised` the sparse overlay that differs,
    `counted` what may count in the golden record where that is not all of it (null = all).
    """

    source_record = models.ForeignKey(SourceRecord, on_delete=models.PROTECT, db_index=False, related_name="versions")
    number = models.IntegerField()
    generation = models.IntegerField()
    values = models.JSONField(null=True)
    standardised = models.JSONField(null=True)
    counted = models.JSONField(null=True)
    deleted = models.BooleanField()
    changed_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField()
    event = models.ForeignKey(AuditEvent, on_delete=models.PROTECT, related_name="+")
    salt = models.BinaryField(null=True)
    digest = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source_record", "number"], name="source_version_unique")]

    def __str__(self) -> str:
        return f"{self.source_record_id} v{self.number}"


class RecordKey(models.Model):
    """One thing a source record is found by: a strong identifier, or its folded name for trigrams."""

    pk = models.CompositePrimaryKey("source_record", "kind", "value")
    source_record = models.ForeignKey(SourceRecord, on_delete=models.PROTECT, db_index=False, related_name="keys")
    kind = models.CharField(max_length=40)
    value = models.CharField(max_length=300)

    class Meta:
        indexes = [
            models.Index(fields=["kind", "value"], name="record_key_by_value"),
            GinIndex(
                OpClass(F("value"), name="gin_trgm_ops"), condition=Q(kind="name"), name="record_key_name_trigrams"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"


class FindingKind(models.TextChoices):
    QUALITY = "QUALITY", "Quality"
    PROPOSED = "PROPOSED", "Proposed value"
    UNLIKE = "UNLIKE", "Unlike its predecessor"
    REUSED = "REUSED", "Identifier re-used"


class FindingStatus(models.TextChoices):
    OPEN = "OPEN", "Open"
    CLOSED = "CLOSED", "Closed"


class Finding(models.Model):
    """Something a person should know about one version; holds no value, only where to look."""

    source_record = models.ForeignKey(SourceRecord, on_delete=models.PROTECT, related_name="findings")
    version_number = models.IntegerField()
    kind = models.CharField(max_length=10, choices=FindingKind.choices)
    path = models.CharField(max_length=200, blank=True, default="")
    code = models.CharField(max_length=60)
    status = models.CharField(max_length=6, choices=FindingStatus.choices)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=FindingKind.values), name="finding_kind_known"),
            models.CheckConstraint(condition=Q(status__in=FindingStatus.values), name="finding_status_known"),
            models.CheckConstraint(
                condition=Q(status="OPEN", closed_at__isnull=True) | Q(status="CLOSED", closed_at__isnull=False),
                name="finding_closed_has_time",
            ),
        ]
        indexes = [models.Index(fields=["kind", "id"], condition=Q(status="OPEN"), name="finding_open")]

    def __str__(self) -> str:
        return f"{self.kind} {self.path} {self.code}"
