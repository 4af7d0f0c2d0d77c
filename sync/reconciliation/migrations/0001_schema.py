import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [("reconciliation", "0001_initial"), ("reconciliation", "0002_initial")]

    dependencies = [
        ("jobs", "0001_schema"),
        ("records", "0001_schema"),
        ("targets", "0001_schema"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReconciliationRun",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "connection",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="targets.connection",
                    ),
                ),
                ("object", models.CharField(max_length=60)),
                (
                    "kind",
                    models.CharField(
                        choices=[("SCAN", "Every record"), ("CHANGES", "What changed there")], max_length=7
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("RUNNING", "Running"),
                            ("DONE", "Done"),
                            ("CANCELLED", "Cancelled"),
                            ("FAILED", "Failed"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "job",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reconciliation_run",
                        to="jobs.job",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("counts", models.JSONField(default=dict)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["connection", "-started_at"], name="reconciliation_run_recent")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["SCAN", "CHANGES"])), name="reconciliation_run_kind_listed"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["RUNNING", "DONE", "CANCELLED", "FAILED"])),
                        name="reconciliation_run_status_listed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at__isnull", True), ("status", "RUNNING")),
                            models.Q(models.Q(("status", "RUNNING"), _negated=True), ("finished_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="reconciliation_run_ended_has_time",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "RUNNING")),
                        fields=("connection", "object"),
                        name="reconciliation_run_one_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ChangeCursor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "connection",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="targets.connection",
                    ),
                ),
                ("object", models.CharField(max_length=60)),
                ("cursor", models.TextField(null=True)),
                ("moved_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("connection", "object"), name="change_cursor_unique")],
            },
        ),
        migrations.CreateModel(
            name="DriftFinding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "connection",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="targets.connection",
                    ),
                ),
                ("object", models.CharField(max_length=60)),
                (
                    "golden",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.goldenrecord"
                    ),
                ),
                ("target_key", models.CharField(blank=True, default="", max_length=200)),
                ("target_field", models.CharField(blank=True, default="", max_length=200)),
                ("path", models.CharField(blank=True, default="", max_length=200)),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("EDITED_IN_TARGET", "Edited in the target"),
                            ("HUB_NEWER", "The golden record is newer"),
                            ("BOTH", "Changed on both sides"),
                            ("MISSING", "Never seen there"),
                            ("DELETED_IN_TARGET", "Deleted in the target"),
                        ],
                        max_length=17,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("OPEN", "Open"),
                            ("HEALED", "Healed"),
                            ("PROPOSED", "Taken as a proposal"),
                            ("IGNORED", "Ignored for a while"),
                            ("GONE", "No longer there"),
                        ],
                        default="OPEN",
                        max_length=8,
                    ),
                ),
                ("found", models.JSONField(null=True)),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="reconciliation.reconciliationrun",
                    ),
                ),
                ("found_at", models.DateTimeField()),
                ("ignore_until", models.DateTimeField(null=True)),
                ("change_request", models.BigIntegerField(null=True)),
                ("delivery", models.UUIDField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "closed_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["connection", "-found_at"], name="drift_finding_recent")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cause__in", ["EDITED_IN_TARGET", "HUB_NEWER", "BOTH", "MISSING", "DELETED_IN_TARGET"])
                        ),
                        name="drift_finding_cause_listed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["OPEN", "HEALED", "PROPOSED", "IGNORED", "GONE"])),
                        name="drift_finding_status_listed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("status__in", ("OPEN", "IGNORED"))),
                            models.Q(
                                models.Q(("status__in", ("OPEN", "IGNORED")), _negated=True),
                                ("closed_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="drift_finding_closed_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ignore_until__isnull", False), ("status", "IGNORED")),
                            models.Q(("status", "IGNORED"), _negated=True),
                            _connector="OR",
                        ),
                        name="drift_finding_ignored_has_end",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ("OPEN", "IGNORED"))),
                        fields=("connection", "object", "golden", "target_field"),
                        name="drift_finding_open_once",
                    ),
                ],
            },
        ),
    ]
