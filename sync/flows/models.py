"""What moves where: the catalogue of flows, their numbered mappings, and the runs of those that keep a schedule."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from mdm.accounts.models import Actor
from mdm.governance.models import Domain, System


class Direction(models.TextChoices):
    OUT = "OUT", "From the hub"
    IN = "IN", "To the hub"
    AROUND = "AROUND", "Not through the hub"


class Pattern(models.TextChoices):
    API = "API", "Calls of an interface"
    MESSAGE = "MESSAGE", "Messages"
    FILE = "FILE", "Files"
    MANUAL = "MANUAL", "By hand"


class FlowMode(models.TextChoices):
    OFF = "OFF", "Off"
    SHADOW = "SHADOW", "Shadow"
    ACTIVE = "ACTIVE", "Active"


class LoserPolicy(models.TextChoices):
    LEAVE = "LEAVE", "Leave and list"
    BLOCK = "BLOCK", "Block in the target"


class Flow(models.Model):
    """One line of the catalogue: which master data moves from where to where, how, how much, whose it is.

    A flow from the hub is carried by it once it has a mapping; the others are listed so that loops are seen.
    `attributes` are the golden attributes it moves. An empty `schedule` means at once, else it is a cron expression in
    `time_zone`.
    """

    code = models.CharField(max_length=60, primary_key=True)
    label = models.CharField(max_length=120)
    source = models.ForeignKey(System, on_delete=models.PROTECT, db_index=False, related_name="flows_out")
    target = models.ForeignKey(System, on_delete=models.PROTECT, related_name="flows_in")
    domain = models.ForeignKey(Domain, on_delete=models.PROTECT, related_name="+")
    object = models.CharField(max_length=60, blank=True, default="")
    direction = models.CharField(max_length=6, choices=Direction.choices)
    pattern = models.CharField(max_length=7, choices=Pattern.choices)
    schedule = models.CharField(max_length=100, blank=True, default="")
    time_zone = models.CharField(max_length=60, default="UTC")
    record_filter = models.JSONField(default=dict)
    attributes = models.JSONField(default=list)
    mapping = models.ForeignKey("MappingVersion", on_delete=models.PROTECT, db_index=False, null=True, related_name="+")
    mode = models.CharField(max_length=6, choices=FlowMode.choices, default=FlowMode.SHADOW)
    loser_policy = models.CharField(max_length=5, choices=LoserPolicy.choices, default=LoserPolicy.LEAVE)
    volume_per_day = models.IntegerField(null=True)
    latency = models.CharField(max_length=60, blank=True, default="")
    owner = models.CharField(max_length=120, blank=True, default="")
    expected_within = models.IntegerField(null=True, help_text="Seconds after which silence is an alarm.")
    last_moved_at = models.DateTimeField(null=True)
    scheduled_from = models.DateTimeField(null=True, help_text="When its present schedule began to count.")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[a-z0-9][a-z0-9-]{0,59}$"), name="flow_code_form"),
            models.CheckConstraint(condition=Q(direction__in=Direction.values), name="flow_direction_listed"),
            models.CheckConstraint(condition=Q(pattern__in=Pattern.values), name="flow_pattern_listed"),
            models.CheckConstraint(condition=Q(mode__in=FlowMode.values), name="flow_mode_listed"),
            models.CheckConstraint(condition=Q(loser_policy__in=LoserPolicy.values), name="flow_loser_policy_listed"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="flow_joins_two_systems"),
            models.CheckConstraint(
                condition=Q(direction="OUT", source="HUB")
                | Q(direction="IN", target="HUB")
                | (Q(direction="AROUND") & ~Q(source="HUB") & ~Q(target="HUB")),
                name="flow_direction_is_told_by_its_ends",
            ),
            models.CheckConstraint(
                condition=~Q(direction="OUT") | Q(mode="OFF") | (Q(mapping__isnull=False) & ~Q(object="")),
                name="flow_that_sends_has_mapping",
            ),
            # Two flows into one object of one target would replace each other's deliveries.
            models.UniqueConstraint(
                fields=["target", "object", "domain"],
                condition=Q(direction="OUT") & ~Q(mode="OFF"),
                name="flow_one_per_target_object",
            ),
            models.CheckConstraint(
                condition=Q(expected_within__isnull=True) | Q(expected_within__gt=0), name="flow_silence_is_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class MappingVersion(models.Model):
    """One numbered mapping of a flow; never changed. Deliveries keep the one they were made for."""

    flow = models.ForeignKey(Flow, on_delete=models.PROTECT, db_index=False, related_name="mappings")
    number = models.IntegerField()
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    published_by = models.ForeignKey(Actor, on_delete=models.PROTECT, db_index=False, related_name="+")
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["flow", "number"], name="mapping_version_unique"),
            models.CheckConstraint(condition=Q(number__gte=1), name="mapping_version_number_positive"),
            models.CheckConstraint(
                condition=Q(content_hash__regex=r"^[0-9a-f]{64}$"), name="mapping_version_hash_form"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.flow_id} mapping {self.number}"


class RunStatus(models.TextChoices):
    RUNNING = "RUNNING", "Running"
    DONE = "DONE", "Done"


class FlowRun(models.Model):
    """One firing of a flow's schedule: one row per time, however many clocks ring. `late` marks a catch-up."""

    flow = models.ForeignKey(Flow, on_delete=models.PROTECT, db_index=False, related_name="runs")
    fire_at = models.DateTimeField()
    status = models.CharField(max_length=7, choices=RunStatus.choices)
    late = models.BooleanField()
    missed = models.IntegerField(default=0)
    counts = models.JSONField(default=dict)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["flow", "fire_at"], name="flow_run_once_per_time"),
            models.CheckConstraint(condition=Q(status__in=RunStatus.values), name="flow_run_status_listed"),
            models.CheckConstraint(
                condition=Q(status="RUNNING", finished_at__isnull=True)
                | (~Q(status="RUNNING") & Q(finished_at__isnull=False)),
                name="flow_run_ended_has_time",
            ),
            models.CheckConstraint(condition=Q(missed__gte=0), name="flow_run_missed_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.flow_id} at {self.fire_at}"
