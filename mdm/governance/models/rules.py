"""How golden records are made, and which system may say what."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from mdm.accounts.models import Actor
from mdm.governance.models.domains import Domain, DomainVersion, VersionStatus
from mdm.governance.models.systems import System

HIGHEST_THRESHOLD = 10_000


class RuleSet(models.Model):
    """Survivorship and thresholds, written for one version of a domain; once published only its status moves."""

    domain = models.ForeignKey(Domain, on_delete=models.PROTECT, db_index=False, related_name="rule_sets")
    number = models.IntegerField()
    domain_version = models.ForeignKey(DomainVersion, on_delete=models.PROTECT, related_name="rule_sets")
    status = models.CharField(max_length=7, choices=VersionStatus.choices)
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    review_threshold = models.DecimalField(max_digits=7, decimal_places=3)
    auto_threshold = models.DecimalField(max_digits=7, decimal_places=3)
    based_on = models.IntegerField(null=True)
    drafted_by = models.ForeignKey(Actor, on_delete=models.PROTECT, db_index=False, related_name="+")
    created_at = models.DateTimeField()
    published_by = models.ForeignKey(Actor, on_delete=models.PROTECT, db_index=False, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["domain", "number"], name="rule_set_unique"),
            models.UniqueConstraint(fields=["domain"], condition=Q(status="ACTIVE"), name="rule_set_one_active"),
            models.CheckConstraint(condition=Q(status__in=VersionStatus.values), name="rule_set_status_known"),
            models.CheckConstraint(condition=Q(number__gte=1), name="rule_set_number_positive"),
            models.CheckConstraint(
                condition=Q(review_threshold__lte=F("auto_threshold")), name="rule_set_review_not_above_auto"
            ),
            # NaN sorts above every number, so an upper bound is what keeps it out.
            models.CheckConstraint(
                condition=Q(auto_threshold__lt=HIGHEST_THRESHOLD), name="rule_set_threshold_is_a_number"
            ),
            models.CheckConstraint(
                condition=Q(based_on__isnull=True) | Q(based_on__lt=F("number")), name="rule_set_base_is_earlier"
            ),
            models.CheckConstraint(
                condition=Q(status="DRAFT", published_at__isnull=True, published_by__isnull=True)
                | (~Q(status="DRAFT") & Q(published_at__isnull=False, published_by__isnull=False)),
                name="rule_set_published_by_someone",
            ),
            models.CheckConstraint(condition=Q(content_hash__regex=r"^[0-9a-f]{64}$"), name="rule_set_hash_form"),
        ]

    def __str__(self) -> str:
        return f"{self.domain_id} rules {self.number}"


class Mode(models.TextChoices):
    WRITES = "writes", "Writes"
    PROPOSES = "proposes", "Proposes"
    READS = "reads", "Reads"


class Ownership(models.Model):
    """What one system may do to one attribute (`*`, `name`, `addresses` or `addresses.city`).

    `group_key`, `role` and `country` narrow the row to elements of that key and records of that role or country;
    empty means any.
    """

    domain = models.ForeignKey(Domain, on_delete=models.PROTECT, db_index=False, related_name="ownership")
    attribute = models.CharField(max_length=200)
    system = models.ForeignKey(System, on_delete=models.PROTECT, db_index=False, related_name="+")
    mode = models.CharField(max_length=8, choices=Mode.choices)
    group_key = models.CharField(max_length=64, blank=True, default="")
    role = models.CharField(max_length=64, blank=True, default="")
    country = models.CharField(max_length=2, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["domain", "attribute", "system", "group_key", "role", "country"], name="ownership_unique"
            ),
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="ownership_mode_known"),
            models.CheckConstraint(
                condition=Q(attribute="*") | Q(attribute__regex=r"^[a-z][a-z0-9_]{0,39}(\.[a-z][a-z0-9_]{0,39})?$"),
                name="ownership_attribute_form",
            ),
            models.CheckConstraint(
                condition=Q(country="") | Q(country__regex=r"^[A-Z]{2}$"), name="ownership_country_form"
            ),
            models.CheckConstraint(condition=Q(group_key="") | ~Q(attribute="*"), name="ownership_key_needs_group"),
        ]

    def __str__(self) -> str:
        return f"{self.system_id} {self.mode} {self.domain_id}.{self.attribute}"
