"""Import of a mapping sheet: id in one system = id in another."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from mdm.accounts.models import Actor
from mdm.governance.models import IdType
from mdm.jobs.models import Job


class MappingImport(models.Model):
    """One sheet: which column holds whose identifier. Its status is its job's."""

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="mapping_import")
    left = models.ForeignKey(IdType, on_delete=models.PROTECT, db_index=False, related_name="+")
    right = models.ForeignKey(IdType, on_delete=models.PROTECT, db_index=False, related_name="+")
    table = models.JSONField()
    columns = models.JSONField(help_text="Positions of left, right and their scope columns.")
    left_scope = models.CharField(max_length=80, blank=True, default="")
    right_scope = models.CharField(max_length=80, blank=True, default="")
    created_by = models.ForeignKey(Actor, on_delete=models.PROTECT, db_index=False, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-created_at"], name="mapping_import_recent")]

    def __str__(self) -> str:
        return f"mapping import {self.pk}"


class MappingOutcome(models.TextChoices):
    CREATED = "created", "Created"
    LINKED = "linked", "Linked"
    UNCHANGED = "unchanged", "Unchanged"
    COLLISION = "collision", "Collision"
    REJECTED = "rejected", "Rejected"


class MappingRow(models.Model):
    """What became of one row of the sheet; a collision names both golden records and changed nothing."""

    pk = models.CompositePrimaryKey("mapping", "row")
    mapping = models.ForeignKey(MappingImport, on_delete=models.PROTECT, db_index=False, related_name="rows")
    row = models.IntegerField()
    left_value = models.CharField(max_length=200)
    right_value = models.CharField(max_length=200)
    outcome = models.CharField(max_length=9, choices=MappingOutcome.choices)
    left_code = models.CharField(max_length=20, blank=True, default="")
    right_code = models.CharField(max_length=20, blank=True, default="")
    field = models.CharField(max_length=300, blank=True, default="")
    reason = models.CharField(max_length=1000, blank=True, default="")
    remedy = models.CharField(max_length=1000, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=MappingOutcome.values), name="mapping_row_outcome_known"),
            models.CheckConstraint(
                condition=~Q(outcome="collision") | (~Q(left_code="") & ~Q(right_code="")),
                name="mapping_row_collision_names_both",
            ),
        ]
        indexes = [models.Index(fields=["mapping", "outcome", "row"], name="mapping_row_by_outcome")]

    def __str__(self) -> str:
        return f"row {self.row}: {self.outcome}"
