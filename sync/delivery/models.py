"""What is on its way: one delivery per golden version and target object, and every attempt to make it."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from mdm.records.models import GoldenRecord
from sync.delivery.states import IN_FLIGHT, AttemptOutcome, Cause, HoldReason, Operation, State, Step
from sync.flows.models import Flow, MappingVersion
from sync.targets.models import Connection


class Delivery(models.Model):
    """One version of one golden record for one object of one target. Its id is the idempotency key of every attempt.

    Deliveries of one (connection, object, golden) are a lane: one at a time, in the order of `queued_at`. `ids` are the
    identifiers that its mapping reads, as they stood when it was queued. `tries` count failures that blame the record,
    `crashes` claims whose worker went away; `in_doubt` says that an attempt may have arrived and was not resolved;
    `since` is when the present state began.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, db_index=False, related_name="+")
    flow = models.ForeignKey(Flow, on_delete=models.PROTECT, db_index=False, related_name="+")
    object = models.CharField(max_length=60)
    golden = models.ForeignKey(GoldenRecord, on_delete=models.PROTECT, db_index=False, related_name="+")
    version = models.IntegerField()
    crosswalk_revision = models.IntegerField()
    operation = models.CharField(max_length=7, choices=Operation.choices)
    mapping = models.ForeignKey(MappingVersion, on_delete=models.PROTECT, db_index=False, related_name="+")
    push_number = models.IntegerField(default=1)
    ids = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices)
    cause = models.CharField(max_length=12, choices=Cause.choices)
    decision = models.UUIDField(null=True)
    hold_reason = models.CharField(max_length=8, choices=HoldReason.choices, blank=True, default="")
    hold_until = models.DateTimeField(null=True)
    step = models.CharField(max_length=7, choices=Step.choices, default=Step.PUSH)
    in_doubt = models.BooleanField(default=False)
    next_attempt_at = models.DateTimeField(null=True)
    tries = models.SmallIntegerField(default=0)
    crashes = models.SmallIntegerField(default=0)
    attempt_count = models.IntegerField(default=0)
    fence = models.BigIntegerField(null=True)
    lease_until = models.DateTimeField(null=True)
    payload_hash = models.CharField(max_length=64, blank=True, default="")
    error_code = models.CharField(max_length=80, blank=True, default="")
    error_message = models.CharField(max_length=1000, blank=True, default="")
    field_errors = models.JSONField(default=list)
    waits_for = models.CharField(max_length=200, blank=True, default="")
    dead_cause = models.CharField(max_length=80, blank=True, default="")
    cause_key = models.CharField(max_length=64, blank=True, default="")
    superseded_by = models.ForeignKey("self", on_delete=models.PROTECT, db_index=False, null=True, related_name="+")
    queued_at = models.DateTimeField()
    since = models.DateTimeField()
    first_attempt_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # The golden record comes first: this index serves whoever asks for the deliveries of a record or of a lane.
            models.UniqueConstraint(
                fields=[
                    "golden",
                    "connection",
                    "object",
                    "version",
                    "crosswalk_revision",
                    "operation",
                    "mapping",
                    "push_number",
                ],
                name="delivery_unique",
            ),
            models.UniqueConstraint(
                fields=["golden", "connection", "object"],
                condition=Q(state__in=IN_FLIGHT),
                name="delivery_one_in_flight_per_lane",
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="delivery_state_listed"),
            models.CheckConstraint(condition=Q(cause__in=Cause.values), name="delivery_cause_listed"),
            models.CheckConstraint(condition=Q(operation__in=Operation.values), name="delivery_operation_listed"),
            models.CheckConstraint(condition=Q(step__in=Step.values), name="delivery_step_listed"),
            models.CheckConstraint(condition=Q(hold_reason__in=HoldReason.values), name="delivery_hold_reason_listed"),
            models.CheckConstraint(
                condition=Q(state="SENDING", lease_until__isnull=False, fence__isnull=False)
                | (~Q(state="SENDING") & Q(lease_until__isnull=True)),
                name="delivery_sending_has_lease",
            ),
            models.CheckConstraint(condition=~Q(state="DEAD") | ~Q(dead_cause=""), name="delivery_dead_has_cause"),
            models.CheckConstraint(
                condition=Q(state="CONFIRMED", confirmed_at__isnull=False)
                | (~Q(state="CONFIRMED") & Q(confirmed_at__isnull=True)),
                name="delivery_confirmed_has_time",
            ),
            models.CheckConstraint(condition=~Q(state="HELD") | ~Q(hold_reason=""), name="delivery_held_has_reason"),
            models.CheckConstraint(
                condition=~Q(state="PENDING") | Q(next_attempt_at__isnull=False), name="delivery_pending_has_time"
            ),
            models.CheckConstraint(
                condition=Q(state="SUPERSEDED", superseded_by__isnull=False)
                | (~Q(state="SUPERSEDED") & Q(superseded_by__isnull=True)),
                name="delivery_superseded_by_another",
            ),
            models.CheckConstraint(
                condition=Q(version__gte=1, push_number__gte=1, tries__gte=0, crashes__gte=0, attempt_count__gte=0),
                name="delivery_counts_in_range",
            ),
        ]
        indexes = [
            models.Index(
                fields=["connection", "next_attempt_at", "id"],
                condition=Q(state__in=("PENDING", "UNKNOWN", "ACCEPTED")),
                name="delivery_due",
            ),
            models.Index(fields=["lease_until"], condition=Q(state="SENDING"), name="delivery_leases"),
            models.Index(fields=["hold_until"], condition=Q(state="HELD"), name="delivery_held"),
            models.Index(fields=["flow"], condition=Q(state="HELD"), name="delivery_held_by_flow"),
            models.Index(fields=["waits_for"], condition=Q(state="WAITING"), name="delivery_waiting"),
            models.Index(
                fields=["cause_key"], condition=Q(state__in=("DEAD", "REJECTED")), name="delivery_dead_by_cause"
            ),
            models.Index(fields=["state", "-since"], name="delivery_by_state"),
            models.Index(fields=["-queued_at", "-id"], name="delivery_recent"),
            models.Index(fields=["connection", "-queued_at", "-id"], name="delivery_recent_of_connection"),
            models.Index(fields=["decision"], condition=Q(decision__isnull=False), name="delivery_by_decision"),
        ]

    def __str__(self) -> str:
        return f"{self.connection_id} {self.object} {self.golden_id} v{self.version} {self.state}"


class DeliveryAttempt(models.Model):
    """One claim that went as far as the target. Written before the first byte leaves; its outcome is set once.

    `late_outcome` is what a worker said whose lease was lost: kept, without effect. `request` and `response` are
    redacted, and may be cleared when a person's values are erased.
    """

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, db_index=False, related_name="attempts")
    number = models.IntegerField()
    step = models.CharField(max_length=7, choices=Step.choices)
    fence = models.BigIntegerField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=AttemptOutcome.choices, null=True)  # noqa: DJ001 - set once
    late_outcome = models.CharField(max_length=10, choices=AttemptOutcome.choices, null=True)  # noqa: DJ001 - set once
    code = models.CharField(max_length=80, blank=True, default="")
    message = models.CharField(max_length=1000, blank=True, default="")
    field_errors = models.JSONField(default=list)
    request = models.TextField(blank=True, default="")
    response = models.TextField(blank=True, default="")
    payload_hash = models.CharField(max_length=64, blank=True, default="")
    duration_ms = models.IntegerField(null=True)
    worker = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["delivery", "number"], name="delivery_attempt_unique"),
            models.CheckConstraint(condition=Q(step__in=Step.values), name="delivery_attempt_step_listed"),
            models.CheckConstraint(
                condition=Q(outcome__isnull=True) | Q(outcome__in=AttemptOutcome.values),
                name="delivery_attempt_outcome_listed",
            ),
            models.CheckConstraint(
                condition=Q(late_outcome__isnull=True) | Q(late_outcome__in=AttemptOutcome.values),
                name="delivery_attempt_late_outcome_listed",
            ),
            models.CheckConstraint(
                condition=Q(outcome__isnull=True, ended_at__isnull=True)
                | Q(outcome__isnull=False, ended_at__isnull=False),
                name="delivery_attempt_ended_has_outcome",
            ),
        ]
        # Attempts are added in the order of time, and nobody looks for one by its time but for the last of them.
        indexes = [
            BrinIndex(fields=["started_at"], name="delivery_attempt_recent", pages_per_range=16, autosummarize=True)
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id} attempt {self.number}"


class FanOutCursor(models.Model):
    """How far the outbox was read: everything up to (xid, id) has become deliveries. One row."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    xid = models.BigIntegerField(default=0)
    message = models.BigIntegerField(default=0)
    moved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="fan_out_cursor_is_one_row")]

    def __str__(self) -> str:
        return f"({self.xid}, {self.message})"
