"""Kinds of master data and their numbered, immutable definitions."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from mdm.accounts.models import Actor


class VersionStatus(models.TextChoices):
    DRAFT = "DRAFT", "Draft"
    ACTIVE = "ACTIVE", "Active"
    RETIRED = "RETIRED", "Retired"


class Domain(models.Model):
    """One kind of master data. `ownership_stamp` is another after every change to its ownership rows."""

    code = models.CharField(max_length=40, primary_key=True)
    label = models.CharField(max_length=120)
    code_prefix = models.CharField(max_length=2)
    ownership_stamp = models.UUIDField(default=uuid.uuid4)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[a-z][a-z0-9_]{0,39}$"), name="domain_code_form"),
            models.CheckConstraint(condition=Q(code_prefix__regex=r"^[A-Z]{2}$"), name="domain_code_prefix_form"),
            models.UniqueConstraint(fields=["code_prefix"], name="domain_code_prefix_unique"),
        ]

    def __str__(self) -> str:
        return self.code


class DomainVersion(models.Model):
    """A domain's attributes, groups and code lists as of its publication; `based_on` is the number it was drafted from.

    Once published only its status moves, ACTIVE to RETIRED.
    """

    domain = models.ForeignKey(Domain, on_delete=models.PROTECT, db_index=False, related_name="versions")
    number = models.IntegerField()
    status = models.CharField(max_length=7, choices=VersionStatus.choices)
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    based_on = models.IntegerField(null=True)
    drafted_by = models.ForeignKey(Actor, on_delete=models.PROTECT, db_index=False, related_name="+")
    created_at = models.DateTimeField()
    published_by = models.ForeignKey(Actor, on_delete=models.PROTECT, db_index=False, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["domain", "number"], name="domain_version_unique"),
            models.UniqueConstraint(fields=["domain"], condition=Q(status="ACTIVE"), name="domain_version_one_active"),
            models.CheckConstraint(condition=Q(status__in=VersionStatus.values), name="domain_version_status_known"),
            models.CheckConstraint(condition=Q(number__gte=1), name="domain_version_number_positive"),
            models.CheckConstraint(
                condition=Q(based_on__isnull=True) | Q(based_on__lt=F("number")), name="domain_version_base_is_earlier"
            ),
            models.CheckConstraint(
                condition=Q(status="DRAFT", published_at__isnull=True, published_by__isnull=True)
                | (~Q(status="DRAFT") & Q(published_at__isnull=False, published_by__isnull=False)),
                name="domain_version_published_by_someone",
            ),
            models.CheckConstraint(condition=Q(content_hash__regex=r"^[0-9a-f]{64}$"), name="domain_version_hash_form"),
        ]

    def __str__(self) -> str:
        return f"{self.domain_id} v{self.number}"
