"""Indexes of time: what a connection was sent last, and the latest attempts, are found among however many."""

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0003_lean_indexes"),
        ("flows", "0002_append_only"),
        ("records", "0002_invariants"),
        ("targets", "0002_installation"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["connection", "-queued_at", "-id"], name="delivery_recent_of_connection"),
        ),
        migrations.AddIndex(
            model_name="deliveryattempt",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["started_at"], name="delivery_attempt_recent", pages_per_range=16
            ),
        ),
    ]
