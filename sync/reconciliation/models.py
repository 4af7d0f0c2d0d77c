"""Whether targets still hold what was confirmed there: runs that compare, and what they found."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from mdm.accounts.models import Actor
from mdm.jobs.models import Job
from mdm.records.models import GoldenRecord
from sync.reconciliation.causes import DriftCause
from sync.targets.models import Connection


class RunKind(models.TextChoices):
    SCAN = "SCAN", "Every record"
    CHANGES = "CHANGES", "What changed there"


class RunStatus(models.TextChoices):
    RUNNING = "RUNNING", "Running"
    DONE = "DONE", "Done"
    CANCELLED = "CANCELLED", "Cancelled"
    FAILED = "FAILED", "Failed"


class DriftStatus(models.TextChoices):
    OPEN = "OPEN", "Open"
    HEALED = "HEALED", "Healed"
    PROPOSED = "PROPOSED", "Taken as a proposal"
    IGNORED = "IGNORED", "Ignored for a while"
    GONE = "GONE", "No longer there"


class ReconciliationRun(models.Model):
    """One comparison of one object of one target with what was confirmed there."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, db_index=False, related_name="+")
    object = models.CharField(max_length=60)
    kind = models.CharField(max_length=7, choices=RunKind.choices)
    status = models.CharField(max_length=9, choices=RunStatus.choices)
    job = models.OneToOneField(Job, on_delete=models.PROTECT, null=True, related_name="reconciliation_run")
    requested_by = models.ForeignKey(Actor, on_delete=models.PROTECT, db_index=False, related_name="+")
    counts = models.JSONField(default=dict)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=RunKind.values), name="reconciliation_run_kind_listed"),
            models.CheckConstraint(condition=Q(status__in=RunStatus.values), name="reconciliation_run_status_listed"),
            models.CheckConstraint(
                condition=Q(status="RUNNING", finished_at__isnull=True)
                | (~Q(status="RUNNING") & Q(finished_at__isnull=False)),
                name="reconciliation_run_ended_has_time",
            ),
            models.UniqueConstraint(
                fields=["connection", "object"],
                condition=Q(status="RUNNING"),
                name="reconciliation_run_one_at_a_time",
            ),
        ]
        indexes = [models.Index(fields=["connection", "-started_at"], name="reconciliation_run_recent")]

    def __str__(self) -> str:
        return f"{self.connection_id} {self.object} {self.kind}"


class ChangeCursor(models.Model):
    """How far a target's changes were read; None is not begun."""

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, db_index=False, related_name="+")
    object = models.CharField(max_length=60)
    cursor = models.TextField(null=True)  # noqa: DJ001 - the connectors' own word for "from now on"
    moved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "object"], name="change_cursor_unique")]

    def __str__(self) -> str:
        return f"{self.connection_id} {self.object}"


class DriftFinding(models.Model):
    """One field of one target record that differs from what was confirmed there, and why.

    `found` holds the three values {confirmed, target, golden}; erasing a person's values clears it. `target_field` is
    empty when the whole record is meant.
    """

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, db_index=False, related_name="+")
    object = models.CharField(max_length=60)
    golden = models.ForeignKey(GoldenRecord, on_delete=models.PROTECT, related_name="+")
    target_key = models.CharField(max_length=200, blank=True, default="")
    target_field = models.CharField(max_length=200, blank=True, default="")
    path = models.CharField(max_length=200, blank=True, default="")
    cause = models.CharField(max_length=17, choices=DriftCause.choices)
    status = models.CharField(max_length=8, choices=DriftStatus.choices, default=DriftStatus.OPEN)
    found = models.JSONField(null=True)
    run = models.ForeignKey(ReconciliationRun, on_delete=models.PROTECT, db_index=False, related_name="findings")
    found_at = models.DateTimeField()
    ignore_until = models.DateTimeField(null=True)
    change_request = models.BigIntegerField(null=True)
    delivery = models.UUIDField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Actor, on_delete=models.PROTECT, db_index=False, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(cause__in=DriftCause.values), name="drift_finding_cause_listed"),
            models.CheckConstraint(condition=Q(status__in=DriftStatus.values), name="drift_finding_status_listed"),
            models.CheckConstraint(
                condition=Q(status__in=("OPEN", "IGNORED"), closed_at__isnull=True)
                | (~Q(status__in=("OPEN", "IGNORED")) & Q(closed_at__isnull=False)),
                name="drift_finding_closed_has_time",
            ),
            models.CheckConstraint(
                condition=Q(status="IGNORED", ignore_until__isnull=False) | ~Q(status="IGNORED"),
                name="drift_finding_ignored_has_end",
            ),
            models.UniqueConstraint(
                fields=["connection", "object", "golden", "target_field"],
                condition=Q(status__in=("OPEN", "IGNORED")),
                name="drift_finding_open_once",
            ),
        ]
        indexes = [models.Index(fields=["connection", "-found_at"], name="drift_finding_recent")]

    def __str__(self) -> str:
        return f"{self.connection_id} {self.object} {self.target_field} {self.cause}"
