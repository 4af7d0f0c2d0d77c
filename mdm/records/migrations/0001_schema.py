import uuid

import django.contrib.postgres.constraints
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import mdm.records.models.identity


class Migration(migrations.Migration):
    initial = True
    replaces = [("records", "0001_initial"), ("records", "0003_ledgers")]

    dependencies = [
        ("events", "0001_schema"),
        ("governance", "0001_schema"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="GoldenRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("code", models.CharField(max_length=13, unique=True)),
                (
                    "domain",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="governance.domain",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("CANDIDATE", "Candidate"),
                            ("ACTIVE", "Active"),
                            ("REDIRECTED", "Redirected"),
                            ("SPLIT", "Split"),
                            ("RETIRED", "Retired"),
                        ],
                        max_length=10,
                    ),
                ),
                ("version_number", models.IntegerField()),
                ("crosswalk_revision", models.IntegerField()),
                ("created_at", models.DateTimeField()),
                ("released_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["CANDIDATE", "ACTIVE", "REDIRECTED", "SPLIT", "RETIRED"])),
                        name="golden_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[A-Z]{2}-[0-9]{6,10}$")), name="golden_code_form"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("version_number__gte", 1)), name="golden_version_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "ACTIVE"), _negated=True),
                            ("released_at__isnull", False),
                            _connector="OR",
                        ),
                        name="golden_active_was_released",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GoldenVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "golden",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="records.goldenrecord",
                    ),
                ),
                ("number", models.IntegerField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("CANDIDATE", "Candidate"),
                            ("ACTIVE", "Active"),
                            ("REDIRECTED", "Redirected"),
                            ("SPLIT", "Split"),
                            ("RETIRED", "Retired"),
                        ],
                        max_length=10,
                    ),
                ),
                ("values", models.JSONField(null=True)),
                ("provenance", models.JSONField()),
                ("sources", models.JSONField()),
                (
                    "rule_set",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="governance.ruleset",
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="events.auditevent"
                    ),
                ),
                ("salt", models.BinaryField(null=True)),
                ("digest", models.BinaryField()),
            ],
            options={
                "indexes": [models.Index(fields=["recorded_at", "id"], name="golden_version_by_time")],
                "constraints": [
                    models.UniqueConstraint(fields=("golden", "number"), name="golden_version_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["CANDIDATE", "ACTIVE", "REDIRECTED", "SPLIT", "RETIRED"])),
                        name="golden_version_status_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GoldenSuccessor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "golden",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="successors",
                        to="records.goldenrecord",
                    ),
                ),
                (
                    "successor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="predecessors",
                        to="records.goldenrecord",
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "opened_event",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="events.auditevent",
                    ),
                ),
                (
                    "ended_event",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="events.auditevent",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["golden", "opened_at"], name="golden_successor_by_golden")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("golden", "successor"),
                        name="golden_successor_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("golden", models.F("successor")), _negated=True),
                        name="golden_successor_is_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at__isnull", True), ("ended_at__gt", models.F("opened_at")), _connector="OR"
                        ),
                        name="golden_successor_period_not_empty",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("ended_event__isnull", True)),
                            models.Q(("ended_at__isnull", False), ("ended_event__isnull", False)),
                            _connector="OR",
                        ),
                        name="golden_successor_end_has_event",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Relationship",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "left",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.goldenrecord",
                    ),
                ),
                (
                    "right",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.goldenrecord"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("subsidiary", "is a subsidiary of"),
                            ("ship_to", "is a ship-to of"),
                            ("contact", "is a contact of"),
                            ("related", "is related to"),
                        ],
                        max_length=10,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "opened_event",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="events.auditevent",
                    ),
                ),
                (
                    "ended_event",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="events.auditevent",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["subsidiary", "ship_to", "contact", "related"])),
                        name="relationship_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("left", models.F("right")), _negated=True),
                        name="relationship_is_to_another",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("left", "right", "kind"),
                        name="relationship_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at__isnull", True), ("ended_at__gt", models.F("opened_at")), _connector="OR"
                        ),
                        name="relationship_period_not_empty",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("ended_event__isnull", True)),
                            models.Q(("ended_at__isnull", False), ("ended_event__isnull", False)),
                            _connector="OR",
                        ),
                        name="relationship_end_has_event",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Pin",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "golden",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pins",
                        to="records.goldenrecord",
                    ),
                ),
                ("path", models.CharField(max_length=200)),
                ("value", models.JSONField(null=True)),
                ("reason", models.CharField(max_length=500)),
                (
                    "author",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "event",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="events.auditevent",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("golden", "path"),
                        name="pin_one_open_per_path",
                    ),
                    models.CheckConstraint(condition=models.Q(("reason", ""), _negated=True), name="pin_has_reason"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExternalId",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "id_type",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="governance.idtype",
                    ),
                ),
                ("scope", models.CharField(blank=True, default="", max_length=80)),
                ("value", models.CharField(max_length=200)),
                ("value_as_sent", models.CharField(max_length=200)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("value", "id_type", "scope"), name="external_id_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("value", ""), _negated=True), name="external_id_value_present"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CrosswalkEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "external_id",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="records.externalid",
                    ),
                ),
                (
                    "golden",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="records.goldenrecord"
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "opened_event",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="events.auditevent",
                    ),
                ),
                (
                    "ended_event",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="events.auditevent",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["external_id", "opened_at"], name="crosswalk_by_external_id")],
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("external_id", "="),
                            (mdm.records.models.identity._Period("opened_at", "ended_at"), "&&"),
                        ],
                        name="crosswalk_periods_never_overlap",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("external_id",),
                        name="crosswalk_one_open_entry",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at__isnull", True), ("ended_at__gt", models.F("opened_at")), _connector="OR"
                        ),
                        name="crosswalk_period_not_empty",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("ended_event__isnull", True)),
                            models.Q(("ended_at__isnull", False), ("ended_event__isnull", False)),
                            _connector="OR",
                        ),
                        name="crosswalk_end_has_event",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SourceRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "external_id",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="source_record",
                        to="records.externalid",
                    ),
                ),
                (
                    "domain",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="governance.domain",
                    ),
                ),
                ("generation", models.IntegerField()),
                ("version_number", models.IntegerField()),
                ("current", models.IntegerField()),
                ("in_force", models.IntegerField()),
                ("content_hash", models.BinaryField(null=True)),
                ("deleted", models.BooleanField()),
                ("changed_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("in_force__gte", 1),
                            ("in_force__lte", models.F("current")),
                            ("current__lte", models.F("version_number")),
                        ),
                        name="source_record_versions_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("generation__gte", 1)), name="source_record_generation_positive"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SourceVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "source_record",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="records.sourcerecord",
                    ),
                ),
                ("number", models.IntegerField()),
                ("generation", models.IntegerField()),
                ("values", models.JSONField(null=True)),
                ("standardised", models.JSONField(null=True)),
                ("counted", models.JSONField(null=True)),
                ("deleted", models.BooleanField()),
                ("changed_at", models.DateTimeField(null=True)),
                ("recorded_at", models.DateTimeField()),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="events.auditevent"
                    ),
                ),
                ("salt", models.BinaryField(null=True)),
                ("digest", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("source_record", "number"), name="source_version_unique")
                ],
            },
        ),
        migrations.CreateModel(
            name="RecordKey",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "source_record", "kind", "value", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "source_record",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="keys",
                        to="records.sourcerecord",
                    ),
                ),
                ("kind", models.CharField(max_length=40)),
                ("value", models.CharField(max_length=300)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["kind", "value"], name="record_key_by_value"),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass(models.F("value"), name="gin_trgm_ops"),
                        condition=models.Q(("kind", "name")),
                        name="record_key_name_trigrams",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "source_record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="findings", to="records.sourcerecord"
                    ),
                ),
                ("version_number", models.IntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("QUALITY", "Quality"),
                            ("PROPOSED", "Proposed value"),
                            ("UNLIKE", "Unlike its predecessor"),
                            ("REUSED", "Identifier re-used"),
                        ],
                        max_length=10,
                    ),
                ),
                ("path", models.CharField(blank=True, default="", max_length=200)),
                ("code", models.CharField(max_length=60)),
                ("status", models.CharField(choices=[("OPEN", "Open"), ("CLOSED", "Closed")], max_length=6)),
                ("created_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("status", "OPEN")), fields=["kind", "id"], name="finding_open")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["QUALITY", "PROPOSED", "UNLIKE", "REUSED"])),
                        name="finding_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["OPEN", "CLOSED"])), name="finding_status_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("status", "OPEN")),
                            models.Q(("closed_at__isnull", False), ("status", "CLOSED")),
                            _connector="OR",
                        ),
                        name="finding_closed_has_time",
                    ),
                ],
            },
        ),
    ]
