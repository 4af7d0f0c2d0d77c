"""Change requests: what one person proposes and another one approves."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from mdm.accounts.models import Actor
from mdm.governance.models import Domain
from mdm.records.models import GoldenRecord

WHOLE = "*"


class RequestKind(models.TextChoices):
    EDIT = "EDIT", "Edit"
    CREATE = "CREATE", "Create"
    MERGE = "MERGE", "Merge"
    SPLIT = "SPLIT", "Split"
    VALUE = "VALUE", "Proposed value"


class RequestStatus(models.TextChoices):
    SUBMITTED = "SUBMITTED", "Waiting for approval"
    APPROVED = "APPROVED", "Approved"
    REJECTED = "REJECTED", "Rejected"
    WITHDRAWN = "WITHDRAWN", "Withdrawn"


DECIDED = (RequestStatus.APPROVED, RequestStatus.REJECTED)


class _Scope(Func):
    """The range of one path, or of every path for `*`: two scopes overlap when they are equal or one of them is `*`.

    A path's place on the number line is its hash without the sign, so that the range of one place can be closed.
    """

    output_field = BigIntegerRangeField()
    template = (
        "(CASE WHEN %(expressions)s = '*' THEN int8range(NULL, NULL)"
        " ELSE int8range(hashtextextended(%(expressions)s, 0) & 4611686018427387903,"
        " hashtextextended(%(expressions)s, 0) & 4611686018427387903, '[]') END)"
    )


class ChangeRequest(models.Model):
    """A proposed change of golden records. `origin` says what made it, such as `finding:7`; empty for a person."""

    domain = models.ForeignKey(Domain, on_delete=models.PROTECT, db_index=False, related_name="+")
    kind = models.CharField(max_length=6, choices=RequestKind.choices)
    status = models.CharField(max_length=9, choices=RequestStatus.choices)
    requested_by = models.ForeignKey(Actor, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(Actor, on_delete=models.PROTECT, db_index=False, null=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True, default="")
    note = models.CharField(max_length=500, blank=True, default="")
    origin = models.CharField(max_length=80, blank=True, default="")
    created_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=RequestKind.values), name="change_request_kind_known"),
            models.CheckConstraint(condition=Q(status__in=RequestStatus.values), name="change_request_status_known"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                name="change_request_decided_by_another",
            ),
            models.CheckConstraint(
                condition=(Q(status__in=DECIDED) & Q(decided_by__isnull=False))
                | (~Q(status__in=DECIDED) & Q(decided_by__isnull=True)),
                name="change_request_decided_has_decider",
            ),
            models.CheckConstraint(
                condition=Q(status="SUBMITTED", decided_at__isnull=True)
                | (~Q(status="SUBMITTED") & Q(decided_at__isnull=False)),
                name="change_request_ended_has_time",
            ),
            models.UniqueConstraint(
                fields=["origin"],
                condition=Q(status="SUBMITTED") & ~Q(origin=""),
                name="change_request_one_per_origin",
            ),
        ]
        indexes = [
            models.Index("domain", "created_at", "id", condition=Q(status="SUBMITTED"), name="change_request_open"),
            models.Index("domain", F("id").desc(), name="change_request_recent"),
        ]

    def __str__(self) -> str:
        return f"change request {self.pk} ({self.status})"


class ChangeRequestItem(models.Model):
    """One attribute of one golden record that a request would change, or all of it (`*`); `open` as its request is.

    `base_version` is the golden record's version the requester looked at. A request to create has no golden record.
    """

    request = models.ForeignKey(ChangeRequest, on_delete=models.PROTECT, related_name="items")
    golden = models.ForeignKey(GoldenRecord, on_delete=models.PROTECT, null=True, related_name="+")
    path = models.CharField(max_length=200)
    value = models.JSONField(null=True)
    base_version = models.IntegerField(null=True)
    open = models.BooleanField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="change_request_scopes_never_overlap",
                expressions=[("golden", RangeOperators.EQUAL), (_Scope("path"), RangeOperators.OVERLAPS)],
                condition=Q(open=True),
            ),
            models.CheckConstraint(condition=~Q(path=""), name="change_request_item_has_path"),
        ]

    def __str__(self) -> str:
        return f"{self.golden_id}.{self.path}"
