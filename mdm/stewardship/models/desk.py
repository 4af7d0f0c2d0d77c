"""What people keep beside the work: comments and views of the queue."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from mdm.accounts.models import Actor
from mdm.governance.models import Domain


class Comment(models.Model):
    """What somebody said about a task, a golden record or a change request; never changed."""

    domain = models.ForeignKey(Domain, on_delete=models.PROTECT, db_index=False, related_name="+")
    subject = models.CharField(max_length=120, help_text='"task:12", "golden:BP-000123" or "change_request:5".')
    author = models.ForeignKey(Actor, on_delete=models.PROTECT, db_index=False, related_name="+")
    body = models.CharField(max_length=4000)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(body=""), name="comment_has_body"),
            models.CheckConstraint(
                condition=Q(subject__regex=r"^(task:[0-9]+|golden:[A-Z]{2}-[0-9]{6,10}|change_request:[0-9]+)$"),
                name="comment_subject_form",
            ),
        ]
        indexes = [models.Index(fields=["subject", "id"], name="comment_by_subject")]

    def __str__(self) -> str:
        return f"comment {self.pk} on {self.subject}"


class SavedView(models.Model):
    """A named query of the queue: somebody's own, or everybody's when it has no owner."""

    owner = models.ForeignKey(Actor, on_delete=models.PROTECT, db_index=False, null=True, related_name="+")
    domain = models.ForeignKey(Domain, on_delete=models.PROTECT, db_index=False, related_name="+")
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=1000, blank=True, default="")
    is_default = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "domain", "name"], nulls_distinct=False, name="saved_view_name_unique"
            ),
            models.UniqueConstraint(
                fields=["owner", "domain"],
                condition=Q(is_default=True),
                nulls_distinct=False,
                name="saved_view_one_default",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="saved_view_has_name"),
        ]

    def __str__(self) -> str:
        return self.name
