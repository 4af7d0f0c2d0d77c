import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [("delivery", "0001_initial"), ("delivery", "0002_initial"), ("delivery", "0004_in_doubt")]

    dependencies = [
        ("flows", "0001_schema"),
        ("records", "0001_schema"),
        ("targets", "0001_schema"),
    ]

    operations = [
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                (
                    "connection",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="targets.connection",
                    ),
                ),
                (
                    "flow",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="flows.flow"
                    ),
                ),
                ("object", models.CharField(max_length=60)),
                (
                    "golden",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.goldenrecord",
                    ),
                ),
                ("version", models.IntegerField()),
                ("crosswalk_revision", models.IntegerField()),
                (
                    "operation",
                    models.CharField(
                        choices=[
                            ("UPSERT", "Create or update"),
                            ("BLOCK", "Block"),
                            ("UNBLOCK", "Unblock"),
                            ("RETIRE", "Retire"),
                            ("MERGE", "Merge"),
                        ],
                        max_length=7,
                    ),
                ),
                (
                    "mapping",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="flows.mappingversion",
                    ),
                ),
                ("push_number", models.IntegerField(default=1)),
                ("ids", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("HELD", "Held"),
                            ("PENDING", "Waiting to be sent"),
                            ("SENDING", "Being sent"),
                            ("ACCEPTED", "Taken, not yet confirmed"),
                            ("UNKNOWN", "May have arrived"),
                            ("WAITING", "Waiting for another record"),
                            ("REJECTED", "Refused by the target"),
                            ("CONFIRMED", "Confirmed"),
                            ("SUPERSEDED", "Replaced by a newer one"),
                            ("CANCELLED", "Cancelled"),
                            ("DEAD", "Given up"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("VERSION", "The golden record changed"),
                            ("CROSSWALK", "An identifier changed"),
                            ("MAPPING", "The mapping changed"),
                            ("HEAL", "The target drifted"),
                            ("REPLAY", "Sent again by a person"),
                            ("COMPENSATION", "A decision was undone"),
                        ],
                        max_length=12,
                    ),
                ),
                ("decision", models.UUIDField(null=True)),
                (
                    "hold_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Not held"),
                            ("decision", "A decision may still be undone"),
                            ("shadow", "The flow is in shadow"),
                            ("schedule", "Waits for the flow's next run"),
                        ],
                        default="",
                        max_length=8,
                    ),
                ),
                ("hold_until", models.DateTimeField(null=True)),
                (
                    "step",
                    models.CharField(
                        choices=[("PUSH", "Push"), ("RESOLVE", "Look"), ("CONFIRM", "Confirm")],
                        default="PUSH",
                        max_length=7,
                    ),
                ),
                ("in_doubt", models.BooleanField(default=False)),
                ("next_attempt_at", models.DateTimeField(null=True)),
                ("tries", models.SmallIntegerField(default=0)),
                ("crashes", models.SmallIntegerField(default=0)),
                ("attempt_count", models.IntegerField(default=0)),
                ("fence", models.BigIntegerField(null=True)),
                ("lease_until", models.DateTimeField(null=True)),
                ("payload_hash", models.CharField(blank=True, default="", max_length=64)),
                ("error_code", models.CharField(blank=True, default="", max_length=80)),
                ("error_message", models.CharField(blank=True, default="", max_length=1000)),
                ("field_errors", models.JSONField(default=list)),
                ("waits_for", models.CharField(blank=True, default="", max_length=200)),
                ("dead_cause", models.CharField(blank=True, default="", max_length=80)),
                ("cause_key", models.CharField(blank=True, default="", max_length=64)),
                (
                    "superseded_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="delivery.delivery",
                    ),
                ),
                ("queued_at", models.DateTimeField()),
                ("since", models.DateTimeField()),
                ("first_attempt_at", models.DateTimeField(null=True)),
                ("confirmed_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["connection", "object", "golden", "queued_at"], name="delivery_lane"),
                    models.Index(fields=["golden", "queued_at"], name="delivery_of_golden"),
                    models.Index(
                        condition=models.Q(("state__in", ("PENDING", "UNKNOWN", "ACCEPTED"))),
                        fields=["connection", "next_attempt_at", "id"],
                        name="delivery_due",
                    ),
                    models.Index(
                        condition=models.Q(("state", "SENDING")), fields=["lease_until"], name="delivery_leases"
                    ),
                    models.Index(condition=models.Q(("state", "HELD")), fields=["hold_until"], name="delivery_held"),
                    models.Index(condition=models.Q(("state", "HELD")), fields=["flow"], name="delivery_held_by_flow"),
                    models.Index(
                        condition=models.Q(("state", "WAITING")), fields=["waits_for"], name="delivery_waiting"
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ("DEAD", "REJECTED"))),
                        fields=["cause_key"],
                        name="delivery_dead_by_cause",
                    ),
                    models.Index(fields=["state", "-since"], name="delivery_by_state"),
                    models.Index(fields=["-queued_at", "-id"], name="delivery_recent"),
                    models.Index(
                        condition=models.Q(("decision__isnull", False)),
                        fields=["decision"],
                        name="delivery_by_decision",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "connection",
                            "object",
                            "golden",
                            "version",
                            "crosswalk_revision",
                            "operation",
                            "mapping",
                            "push_number",
                        ),
                        name="delivery_unique",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "SENDING")),
                        fields=("connection", "object", "golden"),
                        name="delivery_one_sending_per_lane",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("SENDING", "UNKNOWN", "ACCEPTED"))),
                        fields=("connection", "object", "golden"),
                        name="delivery_one_in_flight_per_lane",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "HELD",
                                    "PENDING",
                                    "SENDING",
                                    "ACCEPTED",
                                    "UNKNOWN",
                                    "WAITING",
                                    "REJECTED",
                                    "CONFIRMED",
                                    "SUPERSEDED",
                                    "CANCELLED",
                                    "DEAD",
                                ],
                            )
                        ),
                        name="delivery_state_listed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cause__in", ["VERSION", "CROSSWALK", "MAPPING", "HEAL", "REPLAY", "COMPENSATION"])
                        ),
                        name="delivery_cause_listed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("operation__in", ["UPSERT", "BLOCK", "UNBLOCK", "RETIRE", "MERGE"])),
                        name="delivery_operation_listed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("step__in", ["PUSH", "RESOLVE", "CONFIRM"])), name="delivery_step_listed"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("hold_reason__in", ["", "decision", "shadow", "schedule"])),
                        name="delivery_hold_reason_listed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("fence__isnull", False), ("lease_until__isnull", False), ("state", "SENDING")),
                            models.Q(models.Q(("state", "SENDING"), _negated=True), ("lease_until__isnull", True)),
                            _connector="OR",
                        ),
                        name="delivery_sending_has_lease",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "DEAD"), _negated=True),
                            models.Q(("dead_cause", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="delivery_dead_has_cause",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at__isnull", False), ("state", "CONFIRMED")),
                            models.Q(models.Q(("state", "CONFIRMED"), _negated=True), ("confirmed_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="delivery_confirmed_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "HELD"), _negated=True),
                            models.Q(("hold_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="delivery_held_has_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "PENDING"), _negated=True),
                            ("next_attempt_at__isnull", False),
                            _connector="OR",
                        ),
                        name="delivery_pending_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "SUPERSEDED"), ("superseded_by__isnull", False)),
                            models.Q(models.Q(("state", "SUPERSEDED"), _negated=True), ("superseded_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="delivery_superseded_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("attempt_count__gte", 0),
                            ("crashes__gte", 0),
                            ("push_number__gte", 1),
                            ("tries__gte", 0),
                            ("version__gte", 1),
                        ),
                        name="delivery_counts_in_range",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DeliveryAttempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "delivery",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attempts",
                        to="delivery.delivery",
                    ),
                ),
                ("number", models.IntegerField()),
                (
                    "step",
                    models.CharField(
                        choices=[("PUSH", "Push"), ("RESOLVE", "Look"), ("CONFIRM", "Confirm")], max_length=7
                    ),
                ),
                ("fence", models.BigIntegerField()),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("APPLIED", "Applied"),
                            ("NOOP", "Nothing to change"),
                            ("ACCEPTED", "Taken"),
                            ("RETRY", "Not applied"),
                            ("THROTTLED", "Told to slow down"),
                            ("UNKNOWN", "May be applied"),
                            ("CONFLICT", "Changed in the target"),
                            ("DEPENDENCY", "Something is missing there"),
                            ("REJECTED", "Refused"),
                            ("CONFIG", "Sign-in or set-up refused"),
                            ("LOST", "The worker was lost"),
                        ],
                        max_length=10,
                        null=True,
                    ),
                ),
                (
                    "late_outcome",
                    models.CharField(
                        choices=[
                            ("APPLIED", "Applied"),
                            ("NOOP", "Nothing to change"),
                            ("ACCEPTED", "Taken"),
                            ("RETRY", "Not applied"),
                            ("THROTTLED", "Told to slow down"),
                            ("UNKNOWN", "May be applied"),
                            ("CONFLICT", "Changed in the target"),
                            ("DEPENDENCY", "Something is missing there"),
                            ("REJECTED", "Refused"),
                            ("CONFIG", "Sign-in or set-up refused"),
                            ("LOST", "The worker was lost"),
                        ],
                        max_length=10,
                        null=True,
                    ),
                ),
                ("code", models.CharField(blank=True, default="", max_length=80)),
                ("message", models.CharField(blank=True, default="", max_length=1000)),
                ("field_errors", models.JSONField(default=list)),
                ("request", models.TextField(blank=True, default="")),
                ("response", models.TextField(blank=True, default="")),
                ("payload_hash", models.CharField(blank=True, default="", max_length=64)),
                ("duration_ms", models.IntegerField(null=True)),
                ("worker", models.CharField(blank=True, default="", max_length=80)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("delivery", "number"), name="delivery_attempt_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("step__in", ["PUSH", "RESOLVE", "CONFIRM"])),
                        name="delivery_attempt_step_listed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome__isnull", True),
                            (
                                "outcome__in",
                                [
                                    "APPLIED",
                                    "NOOP",
                                    "ACCEPTED",
                                    "RETRY",
                                    "THROTTLED",
                                    "UNKNOWN",
                                    "CONFLICT",
                                    "DEPENDENCY",
                                    "REJECTED",
                                    "CONFIG",
                                    "LOST",
                                ],
                            ),
                            _connector="OR",
                        ),
                        name="delivery_attempt_outcome_listed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("late_outcome__isnull", True),
                            (
                                "late_outcome__in",
                                [
                                    "APPLIED",
                                    "NOOP",
                                    "ACCEPTED",
                                    "RETRY",
                                    "THROTTLED",
                                    "UNKNOWN",
                                    "CONFLICT",
                                    "DEPENDENCY",
                                    "REJECTED",
                                    "CONFIG",
                                    "LOST",
                                ],
                            ),
                            _connector="OR",
                        ),
                        name="delivery_attempt_late_outcome_listed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("outcome__isnull", True)),
                            models.Q(("ended_at__isnull", False), ("outcome__isnull", False)),
                            _connector="OR",
                        ),
                        name="delivery_attempt_ended_has_outcome",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FanOutCursor",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("xid", models.BigIntegerField(default=0)),
                ("message", models.BigIntegerField(default=0)),
                ("moved_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="fan_out_cursor_is_one_row")
                ],
            },
        ),
    ]
