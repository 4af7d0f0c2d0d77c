"""Who acts: people, services and the hub itself; what each may do; the keys services sign in with."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now

EVERY = "*"


class ActorKind(models.TextChoices):
    PERSON = "person", "Person"
    SERVICE = "service", "Service"
    MACHINE = "machine", "Touchstone itself"


class Action(models.TextChoices):
    VIEW = "view", "view"
    PROPOSE = "propose", "propose"
    DECIDE = "decide", "decide"
    APPROVE = "approve", "approve"
    PUBLISH = "publish", "publish"
    REVEAL = "reveal", "reveal"
    OPERATE = "operate", "operate"


class Actor(AbstractBaseUser):
    """Somebody or something an act is put down to. Actors are deactivated, never removed: the audit names them."""

    kind = models.CharField(max_length=7, choices=ActorKind.choices)
    email = models.EmailField(unique=True, null=True, blank=True)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())
    # The audit says who signed in and when; a column written at every sign-in would say it twice.
    last_login = None

    objects = BaseUserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ActorKind.values), name="actor_kind_known"),
            models.CheckConstraint(
                condition=Q(kind="person", email__isnull=False) | (~Q(kind="person") & Q(email__isnull=True)),
                name="actor_person_has_email",
            ),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="actor_email_lower_case"),
            models.CheckConstraint(condition=~Q(name=""), name="actor_has_name"),
            models.UniqueConstraint(fields=["kind"], condition=Q(kind="machine"), name="actor_one_machine"),
        ]

    def __str__(self) -> str:
        return self.name


class Grant(models.Model):
    """A right: `subject` may do `action` in `domain`, on everything there or on what concerns one system."""

    subject = models.ForeignKey(Actor, on_delete=models.PROTECT, db_index=False, related_name="grants")
    domain = models.CharField(max_length=40)
    action = models.CharField(max_length=10, choices=Action.choices)
    scope = models.CharField(max_length=80, default=EVERY)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "domain", "action", "scope"], name="grant_unique"),
            models.CheckConstraint(condition=Q(action__in=Action.values), name="grant_action_known"),
            models.CheckConstraint(condition=Q(domain__regex=r"^(\*|[a-z][a-z0-9_]*)$"), name="grant_domain_form"),
            models.CheckConstraint(condition=Q(scope__regex=r"^(\*|system:[A-Z0-9_-]+)$"), name="grant_scope_form"),
        ]

    def __str__(self) -> str:
        return f"{self.action} in {self.domain} on {self.scope}"


class ApiKey(models.Model):
    """A service's way in. Only the hash of the secret is kept; the prefix finds the row and is safe to show."""

    actor = models.ForeignKey(Actor, on_delete=models.PROTECT, related_name="api_keys")
    name = models.CharField(max_length=120)
    prefix = models.CharField(max_length=12, unique=True)
    secret_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(("secret_hash__regex", r"^[0-9a-f]{64}$")), name="api_key_hash_form"),
            models.CheckConstraint(condition=Q(prefix__regex=r"^[a-z0-9]{12}$"), name="api_key_prefix_form"),
            models.CheckConstraint(condition=~Q(name=""), name="api_key_has_name"),
            models.CheckConstraint(
                condition=Q(expires_at__isnull=True) | Q(expires_at__gt=F("created_at")),
                name="api_key_expires_after_creation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} (tsk_{self.prefix}_…)"


class SignInThrottle(models.Model):
    """How often a password was tried lately for one account or from one address; the key is a keyed hash of either."""

    key = models.CharField(max_length=64, primary_key=True)
    tries = models.IntegerField()
    window_started_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(tries__gte=0), name="sign_in_throttle_tries_not_negative")]

    def __str__(self) -> str:
        return f"{self.tries} tries since {self.window_started_at}"
