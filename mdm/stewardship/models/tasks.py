"""Review tasks: golden records that a person should look at together, ranked before anybody asks."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from mdm.accounts.models import Actor
from mdm.governance.models import Domain
from mdm.matching.models import Decision
from mdm.records.models import Finding, GoldenRecord


class TaskReason(models.TextChoices):
    THRESHOLD = "THRESHOLD", "Likely the same"
    MARGIN = "MARGIN", "Two candidates are equally near"
    COLLISION = "COLLISION", "Identifiers collide"
    CONFLICT = "CONFLICT", "Told apart, yet one"
    BROKEN = "BROKEN", "Unlike what it was"
    OVERSIZE = "OVERSIZE", "Unusually large"
    REOPENED = "REOPENED", "Undone"


class TaskStatus(models.TextChoices):
    OPEN = "OPEN", "Open"
    WAITING = "WAITING", "Waiting for an answer"
    DONE = "DONE", "Decided"
    GONE = "GONE", "No longer there"


LIVE = (TaskStatus.OPEN, TaskStatus.WAITING)
_LIVE = Q(status__in=LIVE)


class ReviewTask(models.Model):
    """A group of golden records that may be one, or one that is in doubt. `version` is its optimistic lock.

    Rank columns (`score`, `value_at_stake`, `member_count`, `conflicts`, `systems`) are worked out when the task is
    opened or refreshed, so that the queue is read from an index. `score` is in bits: the best pair across the members,
    null where the task is about one golden record; `rank` is what it is sorted by. `conflicts` names attributes that
    disagree, never their values. `decision` is the one that closed it, null where none did or it was closed otherwise.
    """

    domain = models.ForeignKey(Domain, on_delete=models.PROTECT, db_index=False, related_name="+")
    reason = models.CharField(max_length=9, choices=TaskReason.choices)
    status = models.CharField(max_length=7, choices=TaskStatus.choices)
    score = models.FloatField(null=True)
    rank = models.FloatField(default=0.0)
    value_at_stake = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    member_count = models.IntegerField()
    systems = ArrayField(models.CharField(max_length=40), default=list)
    conflicts = ArrayField(models.CharField(max_length=120), default=list)
    why = models.CharField(max_length=300)
    evidence_hash = models.CharField(max_length=64, blank=True, default="")
    version = models.IntegerField(default=1)
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    assignee = models.ForeignKey(Actor, on_delete=models.PROTECT, db_index=False, null=True, related_name="+")
    snoozed_until = models.DateTimeField(null=True)
    asked = models.ForeignKey(Actor, on_delete=models.PROTECT, db_index=False, null=True, related_name="+")
    question = models.CharField(max_length=1000, blank=True, default="")
    asked_by = models.ForeignKey(Actor, on_delete=models.PROTECT, db_index=False, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    lease_holder = models.ForeignKey(Actor, on_delete=models.PROTECT, db_index=False, null=True, related_name="+")
    lease_until = models.DateTimeField(null=True)
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, null=True, related_name="+")
    closed_by = models.ForeignKey(Actor, on_delete=models.PROTECT, db_index=False, null=True, related_name="+")
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, db_index=False, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=TaskStatus.values), name="review_task_status_known"),
            models.CheckConstraint(condition=Q(reason__in=TaskReason.values), name="review_task_reason_known"),
            models.CheckConstraint(
                condition=(_LIVE & Q(closed_at__isnull=True)) | (~_LIVE & Q(closed_at__isnull=False)),
                name="review_task_closed_has_time",
            ),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | (Q(score__gt=float("-inf")) & Q(score__lt=float("inf"))),
                name="review_task_score_finite",
            ),
            models.CheckConstraint(
                condition=Q(lease_holder__isnull=True, lease_until__isnull=True)
                | Q(lease_holder__isnull=False, lease_until__isnull=False),
                name="review_task_lease_has_end",
            ),
            models.CheckConstraint(
                condition=~Q(status="WAITING") | (Q(asked_by__isnull=False) & ~Q(question="")),
                name="review_task_waiting_was_asked",
            ),
            models.CheckConstraint(condition=Q(member_count__gte=1), name="review_task_has_members"),
            models.CheckConstraint(condition=Q(version__gte=1), name="review_task_version_positive"),
            models.UniqueConstraint(fields=["finding"], condition=_LIVE, name="review_task_one_per_finding"),
        ]
        indexes = [
            models.Index("domain", F("value_at_stake").desc(), "id", condition=_LIVE, name="review_task_by_value"),
            models.Index("domain", F("rank").desc(), "id", condition=_LIVE, name="review_task_by_rank"),
            models.Index("domain", "opened_at", "id", condition=_LIVE, name="review_task_by_age"),
            # The same without a domain, for those who look after several.
            models.Index(F("value_at_stake").desc(), "id", condition=_LIVE, name="review_task_any_by_value"),
            models.Index(F("rank").desc(), "id", condition=_LIVE, name="review_task_any_by_rank"),
            models.Index("opened_at", "id", condition=_LIVE, name="review_task_any_by_age"),
            models.Index("assignee", "domain", condition=_LIVE, name="review_task_by_assignee"),
            models.Index("domain", "closed_at", condition=Q(status="DONE"), name="review_task_done"),
            GinIndex(fields=["systems"], condition=_LIVE, name="review_task_systems"),
            GinIndex(fields=["conflicts"], condition=_LIVE, name="review_task_conflicts"),
        ]

    def __str__(self) -> str:
        return f"task {self.pk} ({self.status})"


class TaskMember(models.Model):
    """A golden record of a task; `open` as long as its task is, so that no golden record is asked about twice.

    `position` orders the members: the one whose code would stay is 0.
    """

    task = models.ForeignKey(ReviewTask, on_delete=models.PROTECT, db_index=False, related_name="members")
    golden = models.ForeignKey(GoldenRecord, on_delete=models.PROTECT, related_name="+")
    open = models.BooleanField()
    position = models.SmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "golden"], name="task_member_unique"),
            models.UniqueConstraint(fields=["golden"], condition=Q(open=True), name="task_member_one_open_task"),
        ]

    def __str__(self) -> str:
        return f"{self.golden_id} in task {self.task_id}"


class TaskSkip(models.Model):
    """How often one person passed a task by; the third time asks for a reason."""

    task = models.ForeignKey(ReviewTask, on_delete=models.PROTECT, db_index=False, related_name="skips")
    actor = models.ForeignKey(Actor, on_delete=models.PROTECT, db_index=False, related_name="+")
    times = models.IntegerField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "actor"], name="task_skip_unique"),
            models.CheckConstraint(condition=Q(times__gte=1), name="task_skip_counted"),
        ]

    def __str__(self) -> str:
        return f"task {self.task_id} passed by {self.times} times"
