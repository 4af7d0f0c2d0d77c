import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [("flows", "0001_initial"), ("flows", "0003_scheduled_from"), ("flows", "0004_one_per_target_object")]

    dependencies = [
        ("governance", "0001_schema"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Flow",
            fields=[
                ("code", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("label", models.CharField(max_length=120)),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="flows_out",
                        to="governance.system",
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="flows_in", to="governance.system"
                    ),
                ),
                (
                    "domain",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="governance.domain"
                    ),
                ),
                ("object", models.CharField(blank=True, default="", max_length=60)),
                (
                    "direction",
                    models.CharField(
                        choices=[("OUT", "From the hub"), ("IN", "To the hub"), ("AROUND", "Not through the hub")],
                        max_length=6,
                    ),
                ),
                (
                    "pattern",
                    models.CharField(
                        choices=[
                            ("API", "Calls of an interface"),
                            ("MESSAGE", "Messages"),
                            ("FILE", "Files"),
                            ("MANUAL", "By hand"),
                        ],
                        max_length=7,
                    ),
                ),
                ("schedule", models.CharField(blank=True, default="", max_length=100)),
                ("time_zone", models.CharField(default="UTC", max_length=60)),
                ("record_filter", models.JSONField(default=dict)),
                ("attributes", models.JSONField(default=list)),
                (
                    "mode",
                    models.CharField(
                        choices=[("OFF", "Off"), ("SHADOW", "Shadow"), ("ACTIVE", "Active")],
                        default="SHADOW",
                        max_length=6,
                    ),
                ),
                (
                    "loser_policy",
                    models.CharField(
                        choices=[("LEAVE", "Leave and list"), ("BLOCK", "Block in the target")],
                        default="LEAVE",
                        max_length=5,
                    ),
                ),
                ("volume_per_day", models.IntegerField(null=True)),
                ("latency", models.CharField(blank=True, default="", max_length=60)),
                ("owner", models.CharField(blank=True, default="", max_length=120)),
                (
                    "expected_within",
                    models.IntegerField(help_text="Seconds after which silence is an alarm.", null=True),
                ),
                ("last_moved_at", models.DateTimeField(null=True)),
                (
                    "scheduled_from",
                    models.DateTimeField(help_text="When its present schedule began to count.", null=True),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[a-z0-9][a-z0-9-]{0,59}$")), name="flow_code_form"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("direction__in", ["OUT", "IN", "AROUND"])), name="flow_direction_listed"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("pattern__in", ["API", "MESSAGE", "FILE", "MANUAL"])),
                        name="flow_pattern_listed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("mode__in", ["OFF", "SHADOW", "ACTIVE"])), name="flow_mode_listed"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("loser_policy__in", ["LEAVE", "BLOCK"])), name="flow_loser_policy_listed"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source", models.F("target")), _negated=True), name="flow_joins_two_systems"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("direction", "OUT"), ("source", "HUB")),
                            models.Q(("direction", "IN"), ("target", "HUB")),
                            models.Q(
                                ("direction", "AROUND"),
                                models.Q(("source", "HUB"), _negated=True),
                                models.Q(("target", "HUB"), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="flow_direction_is_told_by_its_ends",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("direction", "OUT"), models.Q(("mode", "OFF"), _negated=True)),
                        fields=("target", "object", "domain"),
                        name="flow_one_per_target_object",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("expected_within__isnull", True), ("expected_within__gt", 0), _connector="OR"
                        ),
                        name="flow_silence_is_positive",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MappingVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "flow",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mappings",
                        to="flows.flow",
                    ),
                ),
                ("number", models.IntegerField()),
                ("content", models.JSONField()),
                ("content_hash", models.CharField(max_length=64)),
                (
                    "published_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("published_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("flow", "number"), name="mapping_version_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1)), name="mapping_version_number_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("content_hash__regex", "^[0-9a-f]{64}$")), name="mapping_version_hash_form"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="flow",
            name="mapping",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="flows.mappingversion",
            ),
        ),
        migrations.AddConstraint(
            model_name="flow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("direction", "OUT"), _negated=True),
                    ("mode", "OFF"),
                    models.Q(("mapping__isnull", False), models.Q(("object", ""), _negated=True)),
                    _connector="OR",
                ),
                name="flow_that_sends_has_mapping",
            ),
        ),
        migrations.CreateModel(
            name="FlowRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "flow",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="runs",
                        to="flows.flow",
                    ),
                ),
                ("fire_at", models.DateTimeField()),
                ("status", models.CharField(choices=[("RUNNING", "Running"), ("DONE", "Done")], max_length=7)),
                ("late", models.BooleanField()),
                ("missed", models.IntegerField(default=0)),
                ("counts", models.JSONField(default=dict)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("flow", "fire_at"), name="flow_run_once_per_time"),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["RUNNING", "DONE"])), name="flow_run_status_listed"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at__isnull", True), ("status", "RUNNING")),
                            models.Q(models.Q(("status", "RUNNING"), _negated=True), ("finished_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="flow_run_ended_has_time",
                    ),
                    models.CheckConstraint(condition=models.Q(("missed__gte", 0)), name="flow_run_missed_not_negative"),
                ],
            },
        ),
    ]
