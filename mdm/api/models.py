"""Answers kept so that a repeated request has one effect."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q


class KeyStatus(models.TextChoices):
    RUNNING = "RUNNING", "Running"
    DONE = "DONE", "Done"


class IdempotencyKey(models.Model):
    """One request that an actor may repeat: what was asked, and the answer once there is one.

    `attempt` names the run that holds the key; a run whose lease has passed has lost it.
    """

    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False, related_name="+")
    key = models.CharField(max_length=255)
    request_hash = models.BinaryField(max_length=32)
    status = models.CharField(max_length=7, choices=KeyStatus.choices)
    attempt = models.UUIDField(default=uuid.uuid4)
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_index=True)
    response_status = models.SmallIntegerField(null=True)
    response_type = models.CharField(max_length=100, blank=True, default="")
    response_body = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["actor", "key"], name="idempotency_key_unique"),
            models.CheckConstraint(condition=Q(status__in=KeyStatus.values), name="idempotency_status_known"),
            models.CheckConstraint(condition=~Q(key=""), name="idempotency_key_present"),
            models.CheckConstraint(
                condition=Q(
                    status="RUNNING",
                    lease_until__isnull=False,
                    response_status__isnull=True,
                    response_body__isnull=True,
                )
                | Q(
                    status="DONE", lease_until__isnull=True, response_status__isnull=False, response_body__isnull=False
                ),
                name="idempotency_done_has_answer",
            ),
        ]

    def __str__(self) -> str:
        return self.key
