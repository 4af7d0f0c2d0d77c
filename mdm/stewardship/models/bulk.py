"""Many decisions as one act: prepared, sampled, carried out by a job, undone as one."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from mdm.accounts.models import Actor
from mdm.governance.models import Domain
from mdm.records.models import GoldenRecord
from mdm.stewardship.models.tasks import ReviewTask


class BulkKind(models.TextChoices):
    MERGE = "MERGE", "Merge"
    RELEASE = "RELEASE", "Release"


class BulkStatus(models.TextChoices):
    DRAFT = "DRAFT", "Being looked at"
    RUNNING = "RUNNING", "Running"
    DONE = "DONE", "Done"
    UNDOING = "UNDOING", "Being undone"
    UNDONE = "UNDONE", "Undone"


class BulkAct(models.Model):
    """One act on many tasks or golden records under one clear rule; `rule` names it, `counts` say what came of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    domain = models.ForeignKey(Domain, on_delete=models.PROTECT, db_index=False, related_name="+")
    kind = models.CharField(max_length=7, choices=BulkKind.choices)
    status = models.CharField(max_length=7, choices=BulkStatus.choices)
    rule = models.CharField(max_length=200)
    query = models.CharField(max_length=1000, blank=True, default="")
    reason = models.CharField(max_length=500, blank=True, default="")
    requested_by = models.ForeignKey(Actor, on_delete=models.PROTECT, db_index=False, related_name="+")
    job = models.UUIDField(null=True)
    counts = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=BulkKind.values), name="bulk_act_kind_known"),
            models.CheckConstraint(condition=Q(status__in=BulkStatus.values), name="bulk_act_status_known"),
            models.CheckConstraint(
                condition=Q(status="DRAFT", job__isnull=True) | (~Q(status="DRAFT") & Q(job__isnull=False)),
                name="bulk_act_started_has_job",
            ),
        ]
        indexes = [models.Index("domain", F("created_at").desc(), name="bulk_act_recent")]

    def __str__(self) -> str:
        return f"{self.kind} of many ({self.status})"


class BulkItem(models.Model):
    """One task or golden record of a bulk act; a `sample` must have been opened before the act may start.

    `version` is the task's or the golden record's when the act was prepared. `outcome` is empty until the job came by.
    """

    bulk = models.ForeignKey(BulkAct, on_delete=models.PROTECT, db_index=False, related_name="items")
    task = models.ForeignKey(ReviewTask, on_delete=models.PROTECT, db_index=False, null=True, related_name="+")
    golden = models.ForeignKey(GoldenRecord, on_delete=models.PROTECT, db_index=False, null=True, related_name="+")
    version = models.IntegerField()
    sample = models.BooleanField(default=False)
    opened_at = models.DateTimeField(null=True)
    decision_id = models.UUIDField(null=True)
    outcome = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bulk", "task", "golden"], nulls_distinct=False, name="bulk_item_unique"),
            models.CheckConstraint(
                condition=Q(task__isnull=True, golden__isnull=False) | Q(task__isnull=False, golden__isnull=True),
                name="bulk_item_is_task_or_golden",
            ),
        ]

    def __str__(self) -> str:
        return f"item {self.pk} of {self.bulk_id}"
