"""Fewer indexes to write with every step of a delivery: each serves what two served."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0002_invariants"),
        ("flows", "0002_append_only"),
        ("records", "0002_invariants"),
        ("targets", "0002_installation"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="delivery",
            name="delivery_unique",
        ),
        migrations.RemoveConstraint(
            model_name="delivery",
            name="delivery_one_sending_per_lane",
        ),
        migrations.RemoveConstraint(
            model_name="delivery",
            name="delivery_one_in_flight_per_lane",
        ),
        migrations.RemoveIndex(
            model_name="delivery",
            name="delivery_lane",
        ),
        migrations.RemoveIndex(
            model_name="delivery",
            name="delivery_of_golden",
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                fields=(
                    "golden",
                    "connection",
                    "object",
                    "version",
                    "crosswalk_revision",
                    "operation",
                    "mapping",
                    "push_number",
                ),
                name="delivery_unique",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("SENDING", "UNKNOWN", "ACCEPTED"))),
                fields=("golden", "connection", "object"),
                name="delivery_one_in_flight_per_lane",
            ),
        ),
    ]
