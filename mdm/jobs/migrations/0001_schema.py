import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [("jobs", "0001_initial"), ("jobs", "0002_output")]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=60)),
                (
                    "domain",
                    models.CharField(help_text='A domain code, or "*" for work that belongs to none.', max_length=40),
                ),
                ("label", models.CharField(max_length=200)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("QUEUED", "waiting"),
                            ("RUNNING", "running"),
                            ("CANCELLING", "being cancelled"),
                            ("CANCELLED", "cancelled"),
                            ("DONE", "done"),
                            ("FAILED", "failed"),
                        ],
                        default="QUEUED",
                        max_length=12,
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("request_id", models.CharField(blank=True, default="", max_length=64)),
                ("params", models.JSONField(default=dict)),
                ("done", models.BigIntegerField(default=0)),
                ("total", models.BigIntegerField(null=True)),
                ("counts", models.JSONField(default=dict)),
                ("error", models.CharField(blank=True, default="", max_length=2000)),
                ("submitted_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("started_at", models.DateTimeField(null=True)),
                (
                    "claimed_at",
                    models.DateTimeField(help_text="When a chunk was last claimed: jobs take turns by it.", null=True),
                ),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("status__in", ("CANCELLED", "DONE", "FAILED")), _negated=True),
                        fields=["claimed_at"],
                        name="jobs_job_unended",
                    ),
                    models.Index(fields=["-submitted_at"], name="jobs_job_recent"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["QUEUED", "RUNNING", "CANCELLING", "CANCELLED", "DONE", "FAILED"])
                        ),
                        name="jobs_job_status_listed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at__isnull", False), ("status__in", ("CANCELLED", "DONE", "FAILED"))),
                            models.Q(
                                models.Q(("status__in", ("CANCELLED", "DONE", "FAILED")), _negated=True),
                                ("finished_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="jobs_job_ended_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "FAILED"), _negated=True),
                            models.Q(("error", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="jobs_job_failed_has_cause",
                    ),
                    models.CheckConstraint(condition=models.Q(("done__gte", 0)), name="jobs_job_done_not_negative"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Chunk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "job",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="chunks", to="jobs.job"
                    ),
                ),
                ("stage", models.SmallIntegerField(default=0)),
                ("number", models.IntegerField()),
                ("payload", models.JSONField(default=dict)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("PENDING", "waiting"),
                            ("LEASED", "running"),
                            ("DONE", "done"),
                            ("FAILED", "failed"),
                            ("CANCELLED", "cancelled"),
                        ],
                        default="PENDING",
                        max_length=12,
                    ),
                ),
                ("fence", models.BigIntegerField(null=True)),
                ("lease_until", models.DateTimeField(null=True)),
                ("attempts", models.SmallIntegerField(default=0)),
                (
                    "not_before",
                    models.DateTimeField(help_text="Earliest time of the next attempt after a failed one.", null=True),
                ),
                ("done", models.BigIntegerField(default=0)),
                ("result", models.JSONField(null=True)),
                ("error", models.CharField(blank=True, default="", max_length=2000)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("status__in", ("PENDING", "LEASED", "FAILED"))),
                        fields=["job", "stage", "number"],
                        name="jobs_chunk_open",
                    ),
                    models.Index(
                        condition=models.Q(("status", "LEASED")), fields=["lease_until"], name="jobs_chunk_leases"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("job", "stage", "number"), name="jobs_chunk_unique_number"),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["PENDING", "LEASED", "DONE", "FAILED", "CANCELLED"])),
                        name="jobs_chunk_status_listed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("fence__isnull", False), ("lease_until__isnull", False), ("status", "LEASED")),
                            models.Q(models.Q(("status", "LEASED"), _negated=True), ("lease_until__isnull", True)),
                            _connector="OR",
                        ),
                        name="jobs_chunk_leased_has_lease",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at__isnull", True), ("status__in", ("PENDING", "LEASED"))),
                            models.Q(
                                models.Q(("status__in", ("PENDING", "LEASED")), _negated=True),
                                ("finished_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="jobs_chunk_ended_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "FAILED"), _negated=True),
                            models.Q(("error", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="jobs_chunk_failed_has_cause",
                    ),
                    models.CheckConstraint(condition=models.Q(("stage__gte", 0)), name="jobs_chunk_stage_not_negative"),
                ],
            },
        ),
        migrations.CreateModel(
            name="JobOutput",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "job",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="jobs.job"
                    ),
                ),
                ("number", models.IntegerField()),
                ("body", models.BinaryField()),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), db_index=True),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("job", "number"), name="jobs_output_unique_number"),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 0)), name="jobs_output_number_not_negative"
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            """
            CREATE SEQUENCE jobs_fence;
            GRANT USAGE, SELECT ON SEQUENCE jobs_fence TO touchstone_app;
            """,
            "DROP SEQUENCE jobs_fence;",
        ),
    ]
