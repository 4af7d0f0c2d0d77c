"""Where golden records go: connections, what was confirmed there, and the switches that hold everything."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from mdm.accounts.models import Actor
from mdm.governance.models import System
from mdm.records.models import GoldenRecord


class ConnectionStatus(models.TextChoices):
    OK = "OK", "Working"
    PAUSED = "PAUSED", "Paused"


class Breaker(models.TextChoices):
    CLOSED = "CLOSED", "Closed"
    OPEN = "OPEN", "Open"
    HALF_OPEN = "HALF_OPEN", "Trying one"


class Installation(models.Model):
    """The one row that says whether anything may leave this installation."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    sending = models.BooleanField(default=False)
    changed_by = models.ForeignKey(Actor, on_delete=models.PROTECT, db_index=False, null=True, related_name="+")
    changed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="installation_is_one_row")]

    def __str__(self) -> str:
        return "sending" if self.sending else "nothing leaves"


class Connection(models.Model):
    """How one system is reached, how much it may be given, and how it is. Its secrets are encrypted and write-only.

    `breaker_failures` counts failures in a row that blame the target; `paused_until` is what the target asked for.
    """

    system = models.OneToOneField(System, on_delete=models.PROTECT, primary_key=True, related_name="connection")
    kind = models.CharField(max_length=40)
    label = models.CharField(max_length=120)
    base_url = models.CharField(max_length=500, blank=True, default="")
    options = models.JSONField(default=dict)
    secrets = models.TextField(blank=True, default="")
    allow_private = models.BooleanField(default=False)
    sending = models.BooleanField(default=False)
    status = models.CharField(max_length=6, choices=ConnectionStatus.choices, default=ConnectionStatus.OK)
    pause_cause = models.CharField(max_length=500, blank=True, default="")
    breaker = models.CharField(max_length=9, choices=Breaker.choices, default=Breaker.CLOSED)
    breaker_failures = models.IntegerField(default=0)
    open_until = models.DateTimeField(null=True)
    paused_until = models.DateTimeField(null=True)
    rate_per_second = models.FloatField(null=True)
    slots = models.SmallIntegerField(default=4)
    daily_budget = models.IntegerField(null=True)
    used_today = models.IntegerField(default=0)
    budget_day = models.DateField(null=True)
    last_ok_at = models.DateTimeField(null=True)
    last_error_at = models.DateTimeField(null=True)
    last_error_code = models.CharField(max_length=80, blank=True, default="")
    last_error_message = models.CharField(max_length=500, blank=True, default="")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ConnectionStatus.values), name="connection_status_listed"),
            models.CheckConstraint(condition=Q(breaker__in=Breaker.values), name="connection_breaker_listed"),
            models.CheckConstraint(
                condition=Q(status="OK", pause_cause="") | (Q(status="PAUSED") & ~Q(pause_cause="")),
                name="connection_paused_has_cause",
            ),
            models.CheckConstraint(
                condition=Q(breaker="CLOSED", open_until__isnull=True)
                | (~Q(breaker="CLOSED") & Q(open_until__isnull=False)),
                name="connection_open_breaker_has_time",
            ),
            models.CheckConstraint(condition=Q(slots__gte=1, slots__lte=1000), name="connection_slots_in_range"),
            models.CheckConstraint(
                condition=Q(rate_per_second__isnull=True) | Q(rate_per_second__gt=0, rate_per_second__lte=10_000),
                name="connection_rate_in_range",
            ),
            models.CheckConstraint(
                condition=Q(daily_budget__isnull=True) | Q(daily_budget__gte=0), name="connection_budget_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(base_url="") | Q(base_url__regex=r"^(https?|memory)://"),
                name="connection_url_is_web",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.system_id}"


class TargetRecord(models.Model):
    """What one target was last confirmed to hold of one golden record.

    `confirmed_fields` are the target's fields as confirmed, `confirmed_values` the golden values behind them by path:
    what comes back equal to these is our own. `blocked` says that we blocked the record there.
    """

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, db_index=False, related_name="records")
    object = models.CharField(max_length=60)
    scope = models.CharField(max_length=80, blank=True, default="")
    golden = models.ForeignKey(GoldenRecord, on_delete=models.PROTECT, related_name="+")
    target_key = models.CharField(max_length=200, blank=True, default="")
    etag = models.CharField(max_length=200, blank=True, default="")
    confirmed_version = models.IntegerField()
    confirmed_hash = models.CharField(max_length=64)
    confirmed_fields = models.JSONField(null=True)
    confirmed_values = models.JSONField(null=True)
    confirmed_at = models.DateTimeField()
    is_primary = models.BooleanField(default=True)
    blocked = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "object", "scope", "golden"], name="target_record_unique"),
            models.CheckConstraint(condition=Q(confirmed_version__gte=1), name="target_record_version_positive"),
        ]
        indexes = [
            models.Index(
                fields=["connection", "object", "target_key"], condition=~Q(target_key=""), name="target_record_by_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.connection_id} {self.object} {self.golden_id}"


class KeyConflict(models.Model):
    """A target answered an id that leads to another golden record: the crosswalk stays as it is, a person decides."""

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, db_index=False, related_name="+")
    object = models.CharField(max_length=60)
    target_key = models.CharField(max_length=200)
    golden = models.ForeignKey(GoldenRecord, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(GoldenRecord, on_delete=models.PROTECT, related_name="+")
    delivery = models.UUIDField()
    found_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Actor, on_delete=models.PROTECT, db_index=False, null=True, related_name="+")
    note = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "object", "target_key", "golden"],
                condition=Q(closed_at__isnull=True),
                name="key_conflict_open_once",
            ),
            models.CheckConstraint(condition=~Q(golden=F("other")), name="key_conflict_is_of_two"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="key_conflict_closed_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.connection_id} {self.target_key}"
