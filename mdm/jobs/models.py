"""Long work as rows: a job, and the leased chunks that carry it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class JobStatus(models.TextChoices):
    QUEUED = "QUEUED", "waiting"
    RUNNING = "RUNNING", "running"
    CANCELLING = "CANCELLING", "being cancelled"
    CANCELLED = "CANCELLED", "cancelled"
    DONE = "DONE", "done"
    FAILED = "FAILED", "failed"


class ChunkStatus(models.TextChoices):
    PENDING = "PENDING", "waiting"
    LEASED = "LEASED", "running"
    DONE = "DONE", "done"
    FAILED = "FAILED", "failed"
    CANCELLED = "CANCELLED", "cancelled"


ENDED = (JobStatus.CANCELLED, JobStatus.DONE, JobStatus.FAILED)
UNENDED_CHUNK = (ChunkStatus.PENDING, ChunkStatus.LEASED)


class Job(models.Model):
    """One piece of long work somebody asked for; it ends when the last of its chunks has ended."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=60)
    domain = models.CharField(max_length=40, help_text='A domain code, or "*" for work that belongs to none.')
    label = models.CharField(max_length=200)
    status = models.CharField(max_length=12, choices=JobStatus.choices, default=JobStatus.QUEUED)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    request_id = models.CharField(max_length=64, blank=True, default="")
    params = models.JSONField(default=dict)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    counts = models.JSONField(default=dict)
    error = models.CharField(max_length=2000, blank=True, default="")
    submitted_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True, help_text="When a chunk was last claimed: jobs take turns by it.")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=JobStatus.values), name="jobs_job_status_listed"),
            models.CheckConstraint(
                condition=Q(status__in=ENDED, finished_at__isnull=False)
                | (~Q(status__in=ENDED) & Q(finished_at__isnull=True)),
                name="jobs_job_ended_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status="FAILED") | ~Q(error=""),
                name="jobs_job_failed_has_cause",
            ),
            models.CheckConstraint(condition=Q(done__gte=0), name="jobs_job_done_not_negative"),
        ]
        indexes = [
            models.Index(
                fields=["claimed_at"],
                condition=~Q(status__in=ENDED),
                name="jobs_job_unended",
            ),
            models.Index(fields=["-submitted_at"], name="jobs_job_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.label} ({self.status})"


class Chunk(models.Model):
    """A part of a job small enough for one transaction; whoever holds its lease and fence may complete it."""

    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="chunks")
    stage = models.SmallIntegerField(default=0)
    number = models.IntegerField()
    payload = models.JSONField(default=dict)
    status = models.CharField(max_length=12, choices=ChunkStatus.choices, default=ChunkStatus.PENDING)
    fence = models.BigIntegerField(null=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.SmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True, help_text="Earliest time of the next attempt after a failed one.")
    done = models.BigIntegerField(default=0)
    result = models.JSONField(null=True)
    error = models.CharField(max_length=2000, blank=True, default="")
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "stage", "number"], name="jobs_chunk_unique_number"),
            models.CheckConstraint(
                condition=Q(status__in=ChunkStatus.values),
                name="jobs_chunk_status_listed",
            ),
            models.CheckConstraint(
                condition=Q(status="LEASED", lease_until__isnull=False, fence__isnull=False)
                | (~Q(status="LEASED") & Q(lease_until__isnull=True)),
                name="jobs_chunk_leased_has_lease",
            ),
            models.CheckConstraint(
                condition=Q(status__in=UNENDED_CHUNK, finished_at__isnull=True)
                | (~Q(status__in=UNENDED_CHUNK) & Q(finished_at__isnull=False)),
                name="jobs_chunk_ended_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status="FAILED") | ~Q(error=""),
                name="jobs_chunk_failed_has_cause",
            ),
            models.CheckConstraint(condition=Q(stage__gte=0), name="jobs_chunk_stage_not_negative"),
        ]
        indexes = [
            # FAILED stays in: a failed chunk keeps later stages closed.
            models.Index(
                fields=["job", "stage", "number"],
                condition=Q(status__in=("PENDING", "LEASED", "FAILED")),
                name="jobs_chunk_open",
            ),
            models.Index(
                fields=["lease_until"],
                condition=Q(status="LEASED"),
                name="jobs_chunk_leases",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job_id} {self.stage}.{self.number} ({self.status})"


class JobOutput(models.Model):
    """A part of the file that a job makes, in the order of `number`; kept for some days for whoever asked for it."""

    job = models.ForeignKey(Job, on_delete=models.PROTECT, db_index=False, related_name="+")
    number = models.IntegerField()
    body = models.BinaryField()
    created_at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "number"], name="jobs_output_unique_number"),
            models.CheckConstraint(condition=Q(number__gte=0), name="jobs_output_number_not_negative"),
        ]

    def __str__(self) -> str:
        return f"part {self.number} of {self.job_id}"
