import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("matching", "0001_initial"),
        ("matching", "0003_one_running_match_run"),
        ("matching", "0004_match_shard"),
        ("matching", "0005_retraining"),
    ]

    dependencies = [
        ("events", "0001_schema"),
        ("governance", "0001_schema"),
        ("records", "0001_schema"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("MERGE", "Merge"),
                            ("NOT_A_MATCH", "Not a match"),
                            ("RELATED", "Related"),
                            ("SPLIT", "Split"),
                            ("UNMERGE", "Unmerge"),
                            ("RELEASE", "Release"),
                            ("UNDO", "Undo"),
                        ],
                        max_length=11,
                    ),
                ),
                (
                    "actor",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("evidence_hash", models.CharField(blank=True, max_length=64)),
                ("decided_at", models.DateTimeField()),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="events.auditevent"
                    ),
                ),
                ("effects", models.JSONField()),
                (
                    "of",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="followed_by",
                        to="matching.decision",
                    ),
                ),
                (
                    "undone_by",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="undoes",
                        to="matching.decision",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["actor", "-decided_at"], name="decision_by_actor"),
                    models.Index(fields=["domain", "-decided_at"], name="decision_by_domain"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["MERGE", "NOT_A_MATCH", "RELATED", "SPLIT", "UNMERGE", "RELEASE", "UNDO"])
                        ),
                        name="decision_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind__in", ["UNDO", "UNMERGE"]), ("of__isnull", False)),
                            models.Q(models.Q(("kind__in", ["UNDO", "UNMERGE"]), _negated=True), ("of__isnull", True)),
                            _connector="OR",
                        ),
                        name="decision_takes_back_another",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "UNDO")), fields=("of",), name="decision_undone_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("undone_by__isnull", True), models.Q(("kind", "UNDO"), _negated=True), _connector="OR"
                        ),
                        name="decision_undo_is_not_undone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("evidence_hash", ""), ("evidence_hash__regex", "^[0-9a-f]{64}$"), _connector="OR"
                        ),
                        name="decision_hash_form",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DecisionGolden",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "decision",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="goldens",
                        to="matching.decision",
                    ),
                ),
                (
                    "golden",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="decisions", to="records.goldenrecord"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("SURVIVOR", "Survivor"),
                            ("JOINED", "Joined"),
                            ("NEW", "New"),
                            ("SUBJECT", "Subject"),
                        ],
                        max_length=8,
                    ),
                ),
                ("version_before", models.IntegerField()),
                ("version_after", models.IntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("decision", "golden"), name="decision_golden_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["SURVIVOR", "JOINED", "NEW", "SUBJECT"])),
                        name="decision_golden_role_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("version_after__gte", models.F("version_before")), ("version_before__gte", 0)
                        ),
                        name="decision_golden_versions_grow",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MatchRun",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
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
                    "rule_set",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="governance.ruleset",
                    ),
                ),
                ("kind", models.CharField(choices=[("FULL", "Full"), ("INCREMENTAL", "Incremental")], max_length=11)),
                ("job", models.UUIDField(blank=True, null=True)),
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
                    "requested_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("counts", models.JSONField(default=dict)),
            ],
            options={
                "indexes": [models.Index(fields=["domain", "-started_at"], name="match_run_by_domain")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["FULL", "INCREMENTAL"])), name="match_run_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["RUNNING", "DONE", "CANCELLED", "FAILED"])),
                        name="match_run_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at__isnull", True), ("status", "RUNNING")),
                            models.Q(models.Q(("status", "RUNNING"), _negated=True), ("finished_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="match_run_finished_has_time",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "RUNNING")), fields=("domain",), name="match_run_one_running"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MatchShard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shards",
                        to="matching.matchrun",
                    ),
                ),
                ("number", models.IntegerField()),
                ("lefts", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("rights", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("run", "number"), name="match_shard_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("lefts__len", models.F("rights__len"))),
                        name="match_shard_sides_of_one_length",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MatchPair",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "left",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.sourcerecord",
                    ),
                ),
                (
                    "right",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.sourcerecord"
                    ),
                ),
                (
                    "rule_set",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="governance.ruleset",
                    ),
                ),
                ("score", models.FloatField()),
                ("levels", models.JSONField()),
                ("contributions", models.JSONField()),
                ("evidence_hash", models.CharField(max_length=64)),
                ("left_version", models.IntegerField()),
                ("right_version", models.IntegerField()),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="pairs", to="matching.matchrun"
                    ),
                ),
                ("gone_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("left__lt", models.F("right"))), name="match_pair_left_below_right"
                    ),
                    models.UniqueConstraint(fields=("left", "right", "rule_set"), name="match_pair_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("score__gt", float("-inf")), ("score__lt", float("inf"))),
                        name="match_pair_score_finite",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("evidence_hash__regex", "^[0-9a-f]{64}$")), name="match_pair_hash_form"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MatchState",
            fields=[
                (
                    "source_record",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="match_state",
                        serialize=False,
                        to="records.sourcerecord",
                    ),
                ),
                ("version", models.IntegerField()),
                ("generation", models.IntegerField()),
                (
                    "rule_set",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="governance.ruleset",
                    ),
                ),
                ("matched_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Retraining",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
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
                    "rule_set",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="governance.ruleset",
                    ),
                ),
                ("job", models.UUIDField(blank=True, null=True)),
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
                    "requested_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("report", models.JSONField(null=True)),
                (
                    "draft",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="retraining",
                        to="governance.ruleset",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["domain", "-started_at"], name="retraining_by_domain")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["RUNNING", "DONE", "CANCELLED", "FAILED"])),
                        name="retraining_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at__isnull", True), ("status", "RUNNING")),
                            models.Q(models.Q(("status", "RUNNING"), _negated=True), ("finished_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="retraining_finished_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "DONE"), _negated=True), ("report__isnull", False), _connector="OR"
                        ),
                        name="retraining_done_has_report",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("draft__isnull", True), ("report__isnull", False), _connector="OR"),
                        name="retraining_draft_has_report",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "RUNNING")), fields=("domain",), name="retraining_one_running"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Verdict",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "left",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.sourcerecord",
                    ),
                ),
                (
                    "right",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.sourcerecord"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("SAME", "Same"),
                            ("DIFFERENT", "Different"),
                            ("RELATED", "Related"),
                            ("WITHDRAWN", "Withdrawn"),
                        ],
                        max_length=9,
                    ),
                ),
                ("by", models.CharField(choices=[("PERSON", "Person"), ("RULE", "Rule")], max_length=6)),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="verdicts", to="matching.decision"
                    ),
                ),
                ("evidence_hash", models.CharField(blank=True, max_length=64)),
                (
                    "supersedes",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="superseded_by",
                        to="matching.verdict",
                    ),
                ),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["left", "right"], name="verdict_by_pair")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("left__lt", models.F("right"))), name="verdict_left_below_right"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["SAME", "DIFFERENT", "RELATED", "WITHDRAWN"])),
                        name="verdict_kind_known",
                    ),
                    models.CheckConstraint(condition=models.Q(("by__in", ["PERSON", "RULE"])), name="verdict_by_known"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("evidence_hash", ""), ("evidence_hash__regex", "^[0-9a-f]{64}$"), _connector="OR"
                        ),
                        name="verdict_hash_form",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("supersedes__isnull", True)),
                        fields=("left", "right"),
                        name="verdict_chain_has_one_start",
                    ),
                ],
            },
        ),
    ]
