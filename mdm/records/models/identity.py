"""Identifiers and the link ledger."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from mdm.events.models import AuditEvent
from mdm.governance.models import IdType
from mdm.records.models.golden import GoldenRecord


class _Period(Func):
    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class ExternalId(models.Model):
    """One identifier in one system, in canonical form; `value_as_sent` keeps how it first arrived."""

    id_type = models.ForeignKey(IdType, on_delete=models.PROTECT, db_index=False, related_name="+")
    scope = models.CharField(max_length=80, blank=True, default="")
    value = models.CharField(max_length=200)
    value_as_sent = models.CharField(max_length=200)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["value", "id_type", "scope"], name="external_id_unique"),
            models.CheckConstraint(condition=~Q(value=""), name="external_id_value_present"),
        ]

    def __str__(self) -> str:
        return self.value


class CrosswalkEntry(models.Model):
    """External id <-> golden record for a period. This table is the link ledger: entries open and end, nothing else."""

    external_id = models.ForeignKey(ExternalId, on_delete=models.PROTECT, db_index=False, related_name="entries")
    golden = models.ForeignKey(GoldenRecord, on_delete=models.PROTECT, related_name="entries")
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    opened_event = models.ForeignKey(AuditEvent, on_delete=models.PROTECT, db_index=False, related_name="+")
    ended_event = models.ForeignKey(AuditEvent, on_delete=models.PROTECT, db_index=False, null=True, related_name="+")

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="crosswalk_periods_never_overlap",
                expressions=[
                    ("external_id", RangeOperators.EQUAL),
                    (_Period("opened_at", "ended_at"), RangeOperators.OVERLAPS),
                ],
            ),
            models.UniqueConstraint(
                fields=["external_id"], condition=Q(ended_at__isnull=True), name="crosswalk_one_open_entry"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gt=F("opened_at")), name="crosswalk_period_not_empty"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_event__isnull=True)
                | Q(ended_at__isnull=False, ended_event__isnull=False),
                name="crosswalk_end_has_event",
            ),
        ]
        indexes = [models.Index(fields=["external_id", "opened_at"], name="crosswalk_by_external_id")]

    def __str__(self) -> str:
        return f"{self.external_id_id} -> {self.golden_id}"
