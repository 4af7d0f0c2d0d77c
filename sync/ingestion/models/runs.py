"""One ingest of one or more related files: the run, its staged rows, its rejected rows."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from mdm.accounts.models import Actor
from mdm.governance.models import IdType
from mdm.jobs.models import Job


class IngestionRun(models.Model):
    """What was sent and how it is to be read. Without a job it waits on the check page; then its status is the job's.

    `objects` holds, by object, the table (stored file, columns, encoding …) and its resolved layout. `notes` are things
    a person should know that reject nothing. The files are gone when the job has ended.
    """

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    job = models.OneToOneField(Job, on_delete=models.PROTECT, null=True, related_name="ingestion_run")
    id_type = models.ForeignKey(IdType, on_delete=models.PROTECT, related_name="+")
    layout_name = models.CharField(max_length=80, blank=True, default="")
    scope = models.CharField(max_length=80, blank=True, default="")
    objects_read = models.JSONField()
    full = models.BooleanField()
    absent_share_limit = models.DecimalField(max_digits=5, decimal_places=4)
    notes = models.JSONField(default=list)
    created_by = models.ForeignKey(Actor, on_delete=models.PROTECT, db_index=False, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(absent_share_limit__gte=0, absent_share_limit__lte=1), name="ingestion_run_share_is_share"
            ),
        ]
        indexes = [models.Index(fields=["-created_at"], name="ingestion_run_recent")]

    def __str__(self) -> str:
        return f"ingestion run {self.pk}"


class StagedRow(models.Model):
    """One readable row on its way in, kept until its run has ended: canonical id, element, and the cells as sent.

    Working rows by the million: the run is not enforced as a foreign key, so that COPY does not look it up per row.
    """

    pk = models.CompositePrimaryKey("run", "object", "row")
    run = models.ForeignKey(
        IngestionRun, on_delete=models.PROTECT, db_index=False, db_constraint=False, related_name="+"
    )
    object = models.CharField(max_length=40)
    row = models.IntegerField()
    scope = models.CharField(max_length=80, db_collation="C")
    key = models.CharField(max_length=200, db_collation="C")
    element = models.CharField(max_length=64)
    cells = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["run", "scope", "key", "object"], name="staged_row_by_key")]

    def __str__(self) -> str:
        return f"{self.object} row {self.row}"


class RejectedRow(models.Model):
    """One row that was not taken in, with what to mend. `key` is empty when the row's identifier could not be read."""

    run = models.ForeignKey(IngestionRun, on_delete=models.PROTECT, db_index=False, related_name="rejected_rows")
    object = models.CharField(max_length=40)
    row = models.IntegerField()
    scope = models.CharField(max_length=80, blank=True, default="", db_collation="C")
    key = models.CharField(max_length=200, blank=True, default="", db_collation="C")
    code = models.CharField(max_length=60)
    field = models.CharField(max_length=300, blank=True, default="")
    value = models.CharField(max_length=500, blank=True, default="")
    reason = models.CharField(max_length=1000)
    remedy = models.CharField(max_length=1000)
    cells = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "object", "row"], name="rejected_row_once"),
        ]
        indexes = [models.Index(fields=["run", "scope", "key"], name="rejected_row_by_key")]

    def __str__(self) -> str:
        return f"{self.object} row {self.row}: {self.reason}"
