import uuid

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import mdm.stewardship.models.requests


class Migration(migrations.Migration):
    initial = True
    replaces = [("stewardship", "0001_initial"), ("stewardship", "0002_ranking"), ("stewardship", "0003_deciding")]

    dependencies = [
        ("governance", "0001_schema"),
        ("matching", "0001_schema"),
        ("records", "0001_schema"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReviewTask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                    "reason",
                    models.CharField(
                        choices=[
                            ("THRESHOLD", "Likely the same"),
                            ("MARGIN", "Two candidates are equally near"),
                            ("COLLISION", "Identifiers collide"),
                            ("CONFLICT", "Told apart, yet one"),
                            ("BROKEN", "Unlike what it was"),
                            ("OVERSIZE", "Unusually large"),
                            ("REOPENED", "Undone"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("OPEN", "Open"),
                            ("WAITING", "Waiting for an answer"),
                            ("DONE", "Decided"),
                            ("GONE", "No longer there"),
                        ],
                        max_length=7,
                    ),
                ),
                ("score", models.FloatField(null=True)),
                ("rank", models.FloatField(default=0.0)),
                ("value_at_stake", models.DecimalField(decimal_places=2, default=0, max_digits=18)),
                ("member_count", models.IntegerField()),
                (
                    "systems",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                (
                    "conflicts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=120), default=list, size=None
                    ),
                ),
                ("why", models.CharField(max_length=300)),
                ("evidence_hash", models.CharField(blank=True, default="", max_length=64)),
                ("version", models.IntegerField(default=1)),
                ("opened_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "assignee",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("snoozed_until", models.DateTimeField(null=True)),
                (
                    "asked",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("question", models.CharField(blank=True, default="", max_length=1000)),
                (
                    "asked_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("answered_at", models.DateTimeField(null=True)),
                ("escalated_at", models.DateTimeField(null=True)),
                (
                    "lease_holder",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("lease_until", models.DateTimeField(null=True)),
                (
                    "decision",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="matching.decision"
                    ),
                ),
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
                (
                    "finding",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.finding",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("domain"),
                        models.OrderBy(models.F("value_at_stake"), descending=True),
                        models.F("id"),
                        condition=models.Q(("status__in", ("OPEN", "WAITING"))),
                        name="review_task_by_value",
                    ),
                    models.Index(
                        models.F("domain"),
                        models.OrderBy(models.F("rank"), descending=True),
                        models.F("id"),
                        condition=models.Q(("status__in", ("OPEN", "WAITING"))),
                        name="review_task_by_rank",
                    ),
                    models.Index(
                        models.F("domain"),
                        models.F("opened_at"),
                        models.F("id"),
                        condition=models.Q(("status__in", ("OPEN", "WAITING"))),
                        name="review_task_by_age",
                    ),
                    models.Index(
                        models.OrderBy(models.F("value_at_stake"), descending=True),
                        models.F("id"),
                        condition=models.Q(("status__in", ("OPEN", "WAITING"))),
                        name="review_task_any_by_value",
                    ),
                    models.Index(
                        models.OrderBy(models.F("rank"), descending=True),
                        models.F("id"),
                        condition=models.Q(("status__in", ("OPEN", "WAITING"))),
                        name="review_task_any_by_rank",
                    ),
                    models.Index(
                        models.F("opened_at"),
                        models.F("id"),
                        condition=models.Q(("status__in", ("OPEN", "WAITING"))),
                        name="review_task_any_by_age",
                    ),
                    models.Index(
                        models.F("assignee"),
                        models.F("domain"),
                        condition=models.Q(("status__in", ("OPEN", "WAITING"))),
                        name="review_task_by_assignee",
                    ),
                    models.Index(
                        models.F("domain"),
                        models.F("closed_at"),
                        condition=models.Q(("status", "DONE")),
                        name="review_task_done",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        condition=models.Q(("status__in", ("OPEN", "WAITING"))),
                        fields=["systems"],
                        name="review_task_systems",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        condition=models.Q(("status__in", ("OPEN", "WAITING"))),
                        fields=["conflicts"],
                        name="review_task_conflicts",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["OPEN", "WAITING", "DONE", "GONE"])),
                        name="review_task_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "reason__in",
                                ["THRESHOLD", "MARGIN", "COLLISION", "CONFLICT", "BROKEN", "OVERSIZE", "REOPENED"],
                            )
                        ),
                        name="review_task_reason_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ("OPEN", "WAITING")), ("closed_at__isnull", True)),
                            models.Q(
                                models.Q(("status__in", ("OPEN", "WAITING")), _negated=True),
                                ("closed_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="review_task_closed_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("score__isnull", True),
                            models.Q(("score__gt", float("-inf")), ("score__lt", float("inf"))),
                            _connector="OR",
                        ),
                        name="review_task_score_finite",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lease_holder__isnull", True), ("lease_until__isnull", True)),
                            models.Q(("lease_holder__isnull", False), ("lease_until__isnull", False)),
                            _connector="OR",
                        ),
                        name="review_task_lease_has_end",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "WAITING"), _negated=True),
                            models.Q(("asked_by__isnull", False), models.Q(("question", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="review_task_waiting_was_asked",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("member_count__gte", 1)), name="review_task_has_members"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("version__gte", 1)), name="review_task_version_positive"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ("OPEN", "WAITING"))),
                        fields=("finding",),
                        name="review_task_one_per_finding",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TaskMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "task",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="members",
                        to="stewardship.reviewtask",
                    ),
                ),
                (
                    "golden",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.goldenrecord"
                    ),
                ),
                ("open", models.BooleanField()),
                ("position", models.SmallIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("task", "golden"), name="task_member_unique"),
                    models.UniqueConstraint(
                        condition=models.Q(("open", True)), fields=("golden",), name="task_member_one_open_task"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TaskSkip",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "task",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="skips",
                        to="stewardship.reviewtask",
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
                ("times", models.IntegerField()),
                ("last_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("task", "actor"), name="task_skip_unique"),
                    models.CheckConstraint(condition=models.Q(("times__gte", 1)), name="task_skip_counted"),
                ],
            },
        ),
        migrations.CreateModel(
            name="BulkAct",
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
                ("kind", models.CharField(choices=[("MERGE", "Merge"), ("RELEASE", "Release")], max_length=7)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("DRAFT", "Being looked at"),
                            ("RUNNING", "Running"),
                            ("DONE", "Done"),
                            ("UNDOING", "Being undone"),
                            ("UNDONE", "Undone"),
                        ],
                        max_length=7,
                    ),
                ),
                ("rule", models.CharField(max_length=200)),
                ("query", models.CharField(blank=True, default="", max_length=1000)),
                ("reason", models.CharField(blank=True, default="", max_length=500)),
                (
                    "requested_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("job", models.UUIDField(null=True)),
                ("counts", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("domain"),
                        models.OrderBy(models.F("created_at"), descending=True),
                        name="bulk_act_recent",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["MERGE", "RELEASE"])), name="bulk_act_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["DRAFT", "RUNNING", "DONE", "UNDOING", "UNDONE"])),
                        name="bulk_act_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("job__isnull", True), ("status", "DRAFT")),
                            models.Q(models.Q(("status", "DRAFT"), _negated=True), ("job__isnull", False)),
                            _connector="OR",
                        ),
                        name="bulk_act_started_has_job",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BulkItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "bulk",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="stewardship.bulkact",
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stewardship.reviewtask",
                    ),
                ),
                (
                    "golden",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.goldenrecord",
                    ),
                ),
                ("version", models.IntegerField()),
                ("sample", models.BooleanField(default=False)),
                ("opened_at", models.DateTimeField(null=True)),
                ("decision_id", models.UUIDField(null=True)),
                ("outcome", models.CharField(blank=True, default="", max_length=200)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("bulk", "task", "golden"), name="bulk_item_unique", nulls_distinct=False
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("golden__isnull", False), ("task__isnull", True)),
                            models.Q(("golden__isnull", True), ("task__isnull", False)),
                            _connector="OR",
                        ),
                        name="bulk_item_is_task_or_golden",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                    "subject",
                    models.CharField(help_text='"task:12", "golden:BP-000123" or "change_request:5".', max_length=120),
                ),
                (
                    "author",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("body", models.CharField(max_length=4000)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["subject", "id"], name="comment_by_subject")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("body", ""), _negated=True), name="comment_has_body"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("subject__regex", "^(task:[0-9]+|golden:[A-Z]{2}-[0-9]{6,10}|change_request:[0-9]+)$")
                        ),
                        name="comment_subject_form",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                ("name", models.CharField(max_length=80)),
                ("query", models.CharField(blank=True, default="", max_length=1000)),
                ("is_default", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("owner", "domain", "name"), name="saved_view_name_unique", nulls_distinct=False
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True)),
                        fields=("owner", "domain"),
                        name="saved_view_one_default",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="saved_view_has_name"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ChangeRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                            ("EDIT", "Edit"),
                            ("CREATE", "Create"),
                            ("MERGE", "Merge"),
                            ("SPLIT", "Split"),
                            ("VALUE", "Proposed value"),
                        ],
                        max_length=6,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("SUBMITTED", "Waiting for approval"),
                            ("APPROVED", "Approved"),
                            ("REJECTED", "Rejected"),
                            ("WITHDRAWN", "Withdrawn"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("reason", models.CharField(blank=True, default="", max_length=500)),
                ("note", models.CharField(blank=True, default="", max_length=500)),
                ("origin", models.CharField(blank=True, default="", max_length=80)),
                ("created_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("domain"),
                        models.F("created_at"),
                        models.F("id"),
                        condition=models.Q(("status", "SUBMITTED")),
                        name="change_request_open",
                    ),
                    models.Index(
                        models.F("domain"),
                        models.OrderBy(models.F("id"), descending=True),
                        name="change_request_recent",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["EDIT", "CREATE", "MERGE", "SPLIT", "VALUE"])),
                        name="change_request_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["SUBMITTED", "APPROVED", "REJECTED", "WITHDRAWN"])),
                        name="change_request_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by__isnull", True),
                            models.Q(("decided_by", models.F("requested_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="change_request_decided_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ("APPROVED", "REJECTED")), ("decided_by__isnull", False)),
                            models.Q(
                                models.Q(("status__in", ("APPROVED", "REJECTED")), _negated=True),
                                ("decided_by__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="change_request_decided_has_decider",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("status", "SUBMITTED")),
                            models.Q(models.Q(("status", "SUBMITTED"), _negated=True), ("decided_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="change_request_ended_has_time",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "SUBMITTED"), models.Q(("origin", ""), _negated=True)),
                        fields=("origin",),
                        name="change_request_one_per_origin",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ChangeRequestItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="stewardship.changerequest",
                    ),
                ),
                (
                    "golden",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.goldenrecord",
                    ),
                ),
                ("path", models.CharField(max_length=200)),
                ("value", models.JSONField(null=True)),
                ("base_version", models.IntegerField(null=True)),
                ("open", models.BooleanField()),
            ],
            options={
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("open", True)),
                        expressions=[("golden", "="), (mdm.stewardship.models.requests._Scope("path"), "&&")],
                        name="change_request_scopes_never_overlap",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("path", ""), _negated=True), name="change_request_item_has_path"
                    ),
                ],
            },
        ),
    ]
