import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import mdm.events.models


class Migration(migrations.Migration):
    initial = True
    replaces = [("events", "0001_initial")]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("occurred_at", models.DateTimeField()),
                (
                    "actor",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("actor_name", models.CharField(max_length=120)),
                ("type", models.CharField(max_length=60)),
                ("domain", models.CharField(blank=True, max_length=40)),
                ("subject", models.CharField(max_length=120)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("detail", models.JSONField()),
                ("request_id", models.CharField(blank=True, max_length=64)),
                ("version_count", models.IntegerField()),
                ("versions_digest", models.BinaryField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["subject", "-id"], name="audit_event_by_subject"),
                    models.Index(fields=["domain", "-id"], name="audit_event_by_domain"),
                    models.Index(fields=["actor", "-id"], name="audit_event_by_actor"),
                    models.Index(
                        condition=models.Q(("request_id", ""), _negated=True),
                        fields=["request_id"],
                        name="audit_event_by_request",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("type__regex", "^[a-z][a-z0-9_.]*$")), name="audit_event_type_form"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("subject__regex", "^[a-z_]+:\\S+$")), name="audit_event_subject_form"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("version_count", 0),
                            models.Q(("version_count__gt", 0), ("versions_digest__isnull", False)),
                            _connector="OR",
                        ),
                        name="audit_event_versions_have_digest",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OutboxMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "xid",
                    mdm.events.models.TransactionId(
                        db_default=mdm.events.models.CurrentTransactionId(), editable=False
                    ),
                ),
                ("type", models.CharField(max_length=60)),
                ("domain", models.CharField(blank=True, max_length=40)),
                ("subject", models.CharField(max_length=120)),
                ("detail", models.JSONField()),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="events.auditevent"
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "indexes": [models.Index(fields=["xid", "id"], name="outbox_message_in_order")],
            },
        ),
        migrations.CreateModel(
            name="AuditBlock",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("first_event_id", models.BigIntegerField()),
                ("last_event_id", models.BigIntegerField()),
                ("event_count", models.IntegerField()),
                ("previous_hash", models.BinaryField()),
                ("hash", models.BinaryField(unique=True)),
                ("sealed_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("previous_hash",), name="audit_block_one_successor"),
                    models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="audit_block_number_positive"),
                    models.CheckConstraint(condition=models.Q(("event_count__gte", 1)), name="audit_block_not_empty"),
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="seal",
                        serialize=False,
                        to="events.auditevent",
                    ),
                ),
                (
                    "block",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="seals", to="events.auditblock"
                    ),
                ),
                ("digest", models.BinaryField()),
            ],
        ),
    ]
