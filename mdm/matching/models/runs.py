"""Match runs, the pairs they found, and which version of a source record was last matched."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from mdm.accounts.models import Actor
from mdm.governance.models import Domain, RuleSet
from mdm.records.models import SourceRecord

HASH = r"^[0-9a-f]{64}$"


class MatchRunKind(models.TextChoices):
    FULL = "FULL", "Full"
    INCREMENTAL = "INCREMENTAL", "Incremental"


class MatchRunStatus(models.TextChoices):
    RUNNING = "RUNNING", "Running"
    DONE = "DONE", "Done"
    CANCELLED = "CANCELLED", "Cancelled"
    FAILED = "FAILED", "Failed"


class MatchRun(models.Model):
    """One pass over a domain, or over the source records that changed; `job` names the job that carries it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    domain = models.ForeignKey(Domain, on_delete=models.PROTECT, db_index=False, related_name="+")
    rule_set = models.ForeignKey(RuleSet, on_delete=models.PROTECT, db_index=False, related_name="+")
    kind = models.CharField(max_length=11, choices=MatchRunKind.choices)
    job = models.UUIDField(null=True, blank=True)
    status = models.CharField(max_length=9, choices=MatchRunStatus.choices)
    requested_by = models.ForeignKey(Actor, on_delete=models.PROTECT, db_index=False, related_name="+")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    counts = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=MatchRunKind.values), name="match_run_kind_known"),
            models.CheckConstraint(condition=Q(status__in=MatchRunStatus.values), name="match_run_status_known"),
            models.CheckConstraint(
                condition=Q(status="RUNNING", finished_at__isnull=True)
                | (~Q(status="RUNNING") & Q(finished_at__isnull=False)),
                name="match_run_finished_has_time",
            ),
            models.UniqueConstraint(fields=["domain"], condition=Q(status="RUNNING"), name="match_run_one_running"),
        ]
        indexes = [models.Index(fields=["domain", "-started_at"], name="match_run_by_domain")]

    def __str__(self) -> str:
        return f"match run {self.pk}"


class MatchShard(models.Model):
    """The pairs that one shard of a full run found: `lefts[i]` and `rights[i]` are the source records of one.

    What no shard found is gone, which only all of them together can tell; kept until the run is over.
    """

    run = models.ForeignKey(MatchRun, on_delete=models.PROTECT, db_index=False, related_name="shards")
    number = models.IntegerField()
    lefts = ArrayField(models.BigIntegerField())
    rights = ArrayField(models.BigIntegerField())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="match_shard_unique"),
            models.CheckConstraint(condition=Q(lefts__len=F("rights__len")), name="match_shard_sides_of_one_length"),
        ]

    def __str__(self) -> str:
        return f"shard {self.number} of {self.run_id}"


class MatchPair(models.Model):
    """Two source records that a rule set finds alike; holds levels and weights, never values.

    `contributions` is [[comparison, level label, bits], ...], whose sum is `score`. `gone_at` is set when a later run
    does not find the pair any more.
    """

    left = models.ForeignKey(SourceRecord, on_delete=models.PROTECT, db_index=False, related_name="+")
    right = models.ForeignKey(SourceRecord, on_delete=models.PROTECT, related_name="+")
    rule_set = models.ForeignKey(RuleSet, on_delete=models.PROTECT, db_index=False, related_name="+")
    score = models.FloatField()
    levels = models.JSONField()
    contributions = models.JSONField()
    evidence_hash = models.CharField(max_length=64)
    left_version = models.IntegerField()
    right_version = models.IntegerField()
    run = models.ForeignKey(MatchRun, on_delete=models.PROTECT, related_name="pairs")
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(left__lt=F("right")), name="match_pair_left_below_right"),
            models.UniqueConstraint(fields=["left", "right", "rule_set"], name="match_pair_unique"),
            # NaN sorts above every number, infinity included.
            models.CheckConstraint(
                condition=Q(score__gt=float("-inf"), score__lt=float("inf")), name="match_pair_score_finite"
            ),
            models.CheckConstraint(condition=Q(evidence_hash__regex=HASH), name="match_pair_hash_form"),
        ]

    def __str__(self) -> str:
        return f"{self.left_id} ~ {self.right_id}"


class MatchState(models.Model):
    """The version of a source record that was last matched; where it is behind, or missing, matching is due."""

    source_record = models.OneToOneField(
        SourceRecord, on_delete=models.PROTECT, primary_key=True, related_name="match_state"
    )
    version = models.IntegerField()
    generation = models.IntegerField()
    rule_set = models.ForeignKey(RuleSet, on_delete=models.PROTECT, db_index=False, related_name="+")
    matched_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.source_record_id} matched at v{self.version}"
