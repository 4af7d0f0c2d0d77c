"""The audit, its seal, and the outbox. All of it is written once: triggers refuse every later hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, Q
from django.db.models.functions import Now

if TYPE_CHECKING:
    _Number = models.BigIntegerField[int, int]
else:
    _Number = models.BigIntegerField


class TransactionId(_Number):
    """PostgreSQL's xid8: transactions in the order in which they began to write."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "xid8"

    def from_db_value(self, value: object, expression: object, connection: object) -> int | None:
        return None if value is None else int(str(value))


class CurrentTransactionId(Func):
    function = "pg_current_xact_id"
    output_field = TransactionId()


class AuditEvent(models.Model):
    """One governed change: who did what to which thing, when and why.

    `detail` holds ids, version numbers, names of attributes and counts, never values; the values are in the version
    rows that the change wrote, and `versions_digest` covers exactly those.
    """

    occurred_at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False, related_name="+")
    actor_name = models.CharField(max_length=120)
    type = models.CharField(max_length=60)
    domain = models.CharField(max_length=40, blank=True)
    subject = models.CharField(max_length=120)
    reason = models.CharField(max_length=500, blank=True)
    detail = models.JSONField()
    request_id = models.CharField(max_length=64, blank=True)
    version_count = models.IntegerField()
    versions_digest = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(type__regex=r"^[a-z][a-z0-9_.]*$"), name="audit_event_type_form"),
            models.CheckConstraint(condition=Q(subject__regex=r"^[a-z_]+:\S+$"), name="audit_event_subject_form"),
            models.CheckConstraint(
                condition=Q(version_count=0) | Q(version_count__gt=0, versions_digest__isnull=False),
                name="audit_event_versions_have_digest",
            ),
        ]
        indexes = [
            models.Index(fields=["subject", "-id"], name="audit_event_by_subject"),
            models.Index(fields=["domain", "-id"], name="audit_event_by_domain"),
            models.Index(fields=["actor", "-id"], name="audit_event_by_actor"),
            models.Index(fields=["request_id"], condition=~Q(request_id=""), name="audit_event_by_request"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.type} {self.subject}"


class OutboxMessage(models.Model):
    """What others may be told, written with its event.

    A reader serves messages below the oldest running transaction, in the order (xid, id): an id alone would skip
    what commits late.
    """

    xid = TransactionId(db_default=CurrentTransactionId(), editable=False)
    type = models.CharField(max_length=60)
    domain = models.CharField(max_length=40, blank=True)
    subject = models.CharField(max_length=120)
    detail = models.JSONField()
    event = models.ForeignKey(AuditEvent, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["xid", "id"], name="outbox_message_in_order")]

    def __str__(self) -> str:
        return f"{self.pk} {self.type} {self.subject}"


class AuditBlock(models.Model):
    """A run of sealed events. Its hash covers their digests and the hash of the block before it."""

    number = models.BigIntegerField(primary_key=True)
    first_event_id = models.BigIntegerField()
    last_event_id = models.BigIntegerField()
    event_count = models.IntegerField()
    previous_hash = models.BinaryField()
    hash = models.BinaryField(unique=True)
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["previous_hash"], name="audit_block_one_successor"),
            models.CheckConstraint(condition=Q(number__gte=1), name="audit_block_number_positive"),
            models.CheckConstraint(condition=Q(event_count__gte=1), name="audit_block_not_empty"),
        ]

    def __str__(self) -> str:
        return f"block {self.number}"


class AuditSeal(models.Model):
    """Which block an event is sealed in, and the event's digest at that time: it names the one that was changed."""

    event = models.OneToOneField(AuditEvent, on_delete=models.PROTECT, primary_key=True, related_name="seal")
    block = models.ForeignKey(AuditBlock, on_delete=models.PROTECT, related_name="seals")
    digest = models.BinaryField()

    def __str__(self) -> str:
        return f"event {self.event_id} in block {self.block_id}"
