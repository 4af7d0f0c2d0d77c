"""Whether what somebody entered for a connection can work: told as refusals that name the field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from mdm.kernel.errors import Conflict, DomainError, Invalid
from sync.connectors import registry
from sync.connectors.errors import BadSettings, UnknownKind
from sync.connectors.registry import Kind
from sync.connectors.settings import ConnectionSettings, Secrets
from sync.targets.models import Connection


def checked_kind(name: str) -> Kind:
    """Raises: Invalid when no connector of that kind is installed."""
    try:
        return registry.kind_of(name)
    except UnknownKind as error:
        raise Invalid(str(error), field="kind", value=name[:40], remedy="Choose an installed kind.") from None


def check_settings(connection: Connection, kind: Kind, secrets: Mapping[str, str]) -> None:
    """Raises: Invalid for a missing or wrong setting, and for a secret written where everyone may read it."""
    secret_names = {field.name for field in kind.fields if field.secret}
    for name in connection.options:
        if name in secret_names:
            raise Invalid(f"{name} is a secret.", field=name, remedy="Enter it as a secret: options are shown.")
    for name in secrets:
        if name not in secret_names:
            raise Invalid(
                f"{kind.label} has no secret {name[:40]!r}.",
                field="secrets",
                remedy=f"Its secrets are {', '.join(sorted(secret_names)) or 'none'}.",
            )
    given = ConnectionSettings(
        kind=kind.name, base_url=connection.base_url, options=connection.options, secrets=Secrets(secrets)
    )
    try:
        registry.check_settings(kind, given)
    except BadSettings as error:
        raise Invalid(error.message, field=error.field, remedy=error.remedy) from None


def check_lengths(connection: Connection) -> None:
    """Raises: Invalid for a text longer than its column, and for a connection without a label."""
    if not connection.label.strip():
        raise Invalid("The connection has no name.", field="label", remedy="Give it one.")
    for field in Connection._meta.local_fields:
        if isinstance(field, models.CharField) and len(getattr(connection, field.attname)) > (field.max_length or 0):
            raise Invalid(
                f"The {field.name} is too long.", field=field.name, remedy=f"Use {field.max_length} characters."
            )


def refusals(connection: Connection) -> dict[str, Any]:
    """Return what each constraint of a connection means to whoever entered it."""

    def wrong(field: str, value: object, remedy: str) -> DomainError:
        return Invalid(f"The {field} cannot be that.", field=field, value=str(value)[:200], remedy=remedy)

    return {
        "targets_connection_pkey": lambda: Conflict(
            f"{connection.system_id} has a connection already.", field="system", remedy="Change that one."
        ),
        "connection_slots_in_range": lambda: wrong("slots", connection.slots, "Choose 1 to 1000."),
        "connection_rate_in_range": lambda: wrong("rate_per_second", connection.rate_per_second, "Choose up to 10000."),
        "connection_budget_not_negative": lambda: wrong("daily_budget", connection.daily_budget, "Choose 0 or more."),
        "connection_url_is_web": lambda: wrong("base_url", connection.base_url, "Start it with https://."),
    }
