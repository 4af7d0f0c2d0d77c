"""How a domain releases golden records and how long a decision's deliveries wait."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from mdm.governance.models.domains import Domain

LONGEST_HOLD = 3600


class Release(models.TextChoices):
    AUTO = "auto", "as soon as nothing stands against it"
    REVIEWED = "reviewed", "when matching found nothing, or a person decided"
    STEWARD = "steward", "always by a person"


class DomainPolicy(models.Model):
    """`hold_seconds`: how long deliveries wait that a merge, split or unmerge causes; `auto_merge`: rules may merge."""

    domain = models.OneToOneField(Domain, on_delete=models.PROTECT, primary_key=True, related_name="policy")
    release = models.CharField(max_length=8, choices=Release.choices, default=Release.REVIEWED)
    hold_seconds = models.IntegerField(default=300)
    auto_merge = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(release__in=Release.values), name="domain_policy_release_known"),
            models.CheckConstraint(
                condition=Q(hold_seconds__gte=0, hold_seconds__lte=LONGEST_HOLD), name="domain_policy_hold_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"policy of {self.domain_id}"
