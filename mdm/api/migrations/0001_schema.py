import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [("api", "0001_initial")]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="IdempotencyKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "actor",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("key", models.CharField(max_length=255)),
                ("request_hash", models.BinaryField(max_length=32)),
                ("status", models.CharField(choices=[("RUNNING", "Running"), ("DONE", "Done")], max_length=7)),
                ("attempt", models.UUIDField(default=uuid.uuid4)),
                ("lease_until", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(db_index=True)),
                ("response_status", models.SmallIntegerField(null=True)),
                ("response_type", models.CharField(blank=True, default="", max_length=100)),
                ("response_body", models.BinaryField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("actor", "key"), name="idempotency_key_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["RUNNING", "DONE"])), name="idempotency_status_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("key", ""), _negated=True), name="idempotency_key_present"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("lease_until__isnull", False),
                                ("response_body__isnull", True),
                                ("response_status__isnull", True),
                                ("status", "RUNNING"),
                            ),
                            models.Q(
                                ("lease_until__isnull", True),
                                ("response_body__isnull", False),
                                ("response_status__isnull", False),
                                ("status", "DONE"),
                            ),
                            _connector="OR",
                        ),
                        name="idempotency_done_has_answer",
                    ),
                ],
            },
        ),
    ]
