import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [("ingestion", "0001_initial")]

    dependencies = [
        ("governance", "0001_schema"),
        ("jobs", "0001_schema"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FileLayout",
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
                ("name", models.CharField(max_length=80)),
                ("number", models.IntegerField()),
                ("content", models.JSONField()),
                (
                    "saved_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("id_type", "name", "number"), name="file_layout_unique"),
                    models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="file_layout_number_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("name__regex", "^[A-Za-z0-9][A-Za-z0-9 ._-]{0,79}$")),
                        name="file_layout_name_form",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MappingImport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "job",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="mapping_import", to="jobs.job"
                    ),
                ),
                (
                    "left",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="governance.idtype",
                    ),
                ),
                (
                    "right",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="governance.idtype",
                    ),
                ),
                ("table", models.JSONField()),
                ("columns", models.JSONField(help_text="Positions of left, right and their scope columns.")),
                ("left_scope", models.CharField(blank=True, default="", max_length=80)),
                ("right_scope", models.CharField(blank=True, default="", max_length=80)),
                (
                    "created_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["-created_at"], name="mapping_import_recent")],
            },
        ),
        migrations.CreateModel(
            name="MappingRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "mapping", "row", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "mapping",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows",
                        to="ingestion.mappingimport",
                    ),
                ),
                ("row", models.IntegerField()),
                ("left_value", models.CharField(max_length=200)),
                ("right_value", models.CharField(max_length=200)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("created", "Created"),
                            ("linked", "Linked"),
                            ("unchanged", "Unchanged"),
                            ("collision", "Collision"),
                            ("rejected", "Rejected"),
                        ],
                        max_length=9,
                    ),
                ),
                ("left_code", models.CharField(blank=True, default="", max_length=20)),
                ("right_code", models.CharField(blank=True, default="", max_length=20)),
                ("field", models.CharField(blank=True, default="", max_length=300)),
                ("reason", models.CharField(blank=True, default="", max_length=1000)),
                ("remedy", models.CharField(blank=True, default="", max_length=1000)),
            ],
            options={
                "indexes": [models.Index(fields=["mapping", "outcome", "row"], name="mapping_row_by_outcome")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome__in", ["created", "linked", "unchanged", "collision", "rejected"])
                        ),
                        name="mapping_row_outcome_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "collision"), _negated=True),
                            models.Q(
                                models.Q(("left_code", ""), _negated=True), models.Q(("right_code", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="mapping_row_collision_names_both",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IngestionRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "job",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ingestion_run",
                        to="jobs.job",
                    ),
                ),
                (
                    "id_type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="governance.idtype"
                    ),
                ),
                ("layout_name", models.CharField(blank=True, default="", max_length=80)),
                ("scope", models.CharField(blank=True, default="", max_length=80)),
                ("objects_read", models.JSONField()),
                ("full", models.BooleanField()),
                ("absent_share_limit", models.DecimalField(decimal_places=4, max_digits=5)),
                ("notes", models.JSONField(default=list)),
                (
                    "created_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["-created_at"], name="ingestion_run_recent")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("absent_share_limit__gte", 0), ("absent_share_limit__lte", 1)),
                        name="ingestion_run_share_is_share",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StagedRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "run", "object", "row", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ingestion.ingestionrun",
                    ),
                ),
                ("object", models.CharField(max_length=40)),
                ("row", models.IntegerField()),
                ("scope", models.CharField(db_collation="C", max_length=80)),
                ("key", models.CharField(db_collation="C", max_length=200)),
                ("element", models.CharField(max_length=64)),
                ("cells", models.JSONField()),
            ],
            options={
                "indexes": [models.Index(fields=["run", "scope", "key", "object"], name="staged_row_by_key")],
            },
        ),
        migrations.CreateModel(
            name="RejectedRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rejected_rows",
                        to="ingestion.ingestionrun",
                    ),
                ),
                ("object", models.CharField(max_length=40)),
                ("row", models.IntegerField()),
                ("scope", models.CharField(blank=True, db_collation="C", default="", max_length=80)),
                ("key", models.CharField(blank=True, db_collation="C", default="", max_length=200)),
                ("code", models.CharField(max_length=60)),
                ("field", models.CharField(blank=True, default="", max_length=300)),
                ("value", models.CharField(blank=True, default="", max_length=500)),
                ("reason", models.CharField(max_length=1000)),
                ("remedy", models.CharField(max_length=1000)),
                ("cells", models.JSONField()),
            ],
            options={
                "indexes": [models.Index(fields=["run", "scope", "key"], name="rejected_row_by_key")],
                "constraints": [models.UniqueConstraint(fields=("run", "object", "row"), name="rejected_row_once")],
            },
        ),
    ]
