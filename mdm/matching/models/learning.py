"""Retrainings: a domain's matching weights learned anew from what people decided, for a person to publish."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from mdm.accounts.models import Actor
from mdm.governance.models import Domain, RuleSet
from mdm.matching.models.runs import MatchRunStatus


class Retraining(models.Model):
    """One learning of weights; `job` names the job that carries it. `report` holds counts, bits and ids, no values.

    `draft` is the rule set that has the learned weights; it stays empty where they would be no better.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    domain = models.ForeignKey(Domain, on_delete=models.PROTECT, db_index=False, related_name="+")
    rule_set = models.ForeignKey(RuleSet, on_delete=models.PROTECT, db_index=False, related_name="+")
    job = models.UUIDField(null=True, blank=True)
    status = models.CharField(max_length=9, choices=MatchRunStatus.choices)
    requested_by = models.ForeignKey(Actor, on_delete=models.PROTECT, db_index=False, related_name="+")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    report = models.JSONField(null=True)
    draft = models.OneToOneField(RuleSet, on_delete=models.PROTECT, null=True, blank=True, related_name="retraining")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=MatchRunStatus.values), name="retraining_status_known"),
            models.CheckConstraint(
                condition=Q(status="RUNNING", finished_at__isnull=True)
                | (~Q(status="RUNNING") & Q(finished_at__isnull=False)),
                name="retraining_finished_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status="DONE") | Q(report__isnull=False), name="retraining_done_has_report"
            ),
            models.CheckConstraint(
                condition=Q(draft__isnull=True) | Q(report__isnull=False), name="retraining_draft_has_report"
            ),
            models.UniqueConstraint(fields=["domain"], condition=Q(status="RUNNING"), name="retraining_one_running"),
        ]
        indexes = [models.Index(fields=["domain", "-started_at"], name="retraining_by_domain")]

    def __str__(self) -> str:
        return f"retraining {self.pk}"
