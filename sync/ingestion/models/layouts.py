"""Layouts people saved: how the files of one system map to paths."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from mdm.accounts.models import Actor
from mdm.governance.models import IdType


class FileLayout(models.Model):
    """One numbered state of a named layout; never changed, the highest number counts."""

    id_type = models.ForeignKey(IdType, on_delete=models.PROTECT, db_index=False, related_name="+")
    name = models.CharField(max_length=80)
    number = models.IntegerField()
    content = models.JSONField()
    saved_by = models.ForeignKey(Actor, on_delete=models.PROTECT, db_index=False, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id_type", "name", "number"], name="file_layout_unique"),
            models.CheckConstraint(condition=Q(number__gte=1), name="file_layout_number_positive"),
            models.CheckConstraint(
                condition=Q(name__regex=r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,79}$"), name="file_layout_name_form"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.number}"
