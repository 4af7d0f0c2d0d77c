import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [("targets", "0001_initial"), ("targets", "0003_url_of_memory")]

    dependencies = [
        ("governance", "0001_schema"),
        ("records", "0001_schema"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Installation",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("sending", models.BooleanField(default=False)),
                (
                    "changed_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("changed_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, default="", max_length=500)),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="installation_is_one_row")],
            },
        ),
        migrations.CreateModel(
            name="Connection",
            fields=[
                (
                    "system",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="connection",
                        serialize=False,
                        to="governance.system",
                    ),
                ),
                ("kind", models.CharField(max_length=40)),
                ("label", models.CharField(max_length=120)),
                ("base_url", models.CharField(blank=True, default="", max_length=500)),
                ("options", models.JSONField(default=dict)),
                ("secrets", models.TextField(blank=True, default="")),
                ("allow_private", models.BooleanField(default=False)),
                ("sending", models.BooleanField(default=False)),
                (
                    "status",
                    models.CharField(choices=[("OK", "Working"), ("PAUSED", "Paused")], default="OK", max_length=6),
                ),
                ("pause_cause", models.CharField(blank=True, default="", max_length=500)),
                (
                    "breaker",
                    models.CharField(
                        choices=[("CLOSED", "Closed"), ("OPEN", "Open"), ("HALF_OPEN", "Trying one")],
                        default="CLOSED",
                        max_length=9,
                    ),
                ),
                ("breaker_failures", models.IntegerField(default=0)),
                ("open_until", models.DateTimeField(null=True)),
                ("paused_until", models.DateTimeField(null=True)),
                ("rate_per_second", models.FloatField(null=True)),
                ("slots", models.SmallIntegerField(default=4)),
                ("daily_budget", models.IntegerField(null=True)),
                ("used_today", models.IntegerField(default=0)),
                ("budget_day", models.DateField(null=True)),
                ("last_ok_at", models.DateTimeField(null=True)),
                ("last_error_at", models.DateTimeField(null=True)),
                ("last_error_code", models.CharField(blank=True, default="", max_length=80)),
                ("last_error_message", models.CharField(blank=True, default="", max_length=500)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["OK", "PAUSED"])), name="connection_status_listed"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("breaker__in", ["CLOSED", "OPEN", "HALF_OPEN"])),
                        name="connection_breaker_listed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("pause_cause", ""), ("status", "OK")),
                            models.Q(("status", "PAUSED"), models.Q(("pause_cause", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="connection_paused_has_cause",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("breaker", "CLOSED"), ("open_until__isnull", True)),
                            models.Q(models.Q(("breaker", "CLOSED"), _negated=True), ("open_until__isnull", False)),
                            _connector="OR",
                        ),
                        name="connection_open_breaker_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("slots__gte", 1), ("slots__lte", 1000)), name="connection_slots_in_range"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("rate_per_second__isnull", True),
                            models.Q(("rate_per_second__gt", 0), ("rate_per_second__lte", 10000)),
                            _connector="OR",
                        ),
                        name="connection_rate_in_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("daily_budget__isnull", True), ("daily_budget__gte", 0), _connector="OR"),
                        name="connection_budget_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("base_url", ""), ("base_url__regex", "^(https?|memory)://"), _connector="OR"
                        ),
                        name="connection_url_is_web",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TargetRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "connection",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="records",
                        to="targets.connection",
                    ),
                ),
                ("object", models.CharField(max_length=60)),
                ("scope", models.CharField(blank=True, default="", max_length=80)),
                (
                    "golden",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.goldenrecord"
                    ),
                ),
                ("target_key", models.CharField(blank=True, default="", max_length=200)),
                ("etag", models.CharField(blank=True, default="", max_length=200)),
                ("confirmed_version", models.IntegerField()),
                ("confirmed_hash", models.CharField(max_length=64)),
                ("confirmed_fields", models.JSONField(null=True)),
                ("confirmed_values", models.JSONField(null=True)),
                ("confirmed_at", models.DateTimeField()),
                ("is_primary", models.BooleanField(default=True)),
                ("blocked", models.BooleanField(default=False)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("target_key", ""), _negated=True),
                        fields=["connection", "object", "target_key"],
                        name="target_record_by_key",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("connection", "object", "scope", "golden"), name="target_record_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("confirmed_version__gte", 1)), name="target_record_version_positive"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="KeyConflict",
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
                ("target_key", models.CharField(max_length=200)),
                (
                    "golden",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.goldenrecord"
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.goldenrecord"
                    ),
                ),
                ("delivery", models.UUIDField()),
                ("found_at", models.DateTimeField()),
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
                ("note", models.CharField(blank=True, default="", max_length=500)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=("connection", "object", "target_key", "golden"),
                        name="key_conflict_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("golden", models.F("other")), _negated=True), name="key_conflict_is_of_two"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("closed_by__isnull", True)),
                            models.Q(("closed_at__isnull", False), ("closed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="key_conflict_closed_by_someone",
                    ),
                ],
            },
        ),
    ]
