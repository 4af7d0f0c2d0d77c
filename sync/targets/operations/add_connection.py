from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.events.operations.record import EventDraft, record
from mdm.governance.models import System
from mdm.kernel.constraints import translate
from mdm.kernel.errors import Invalid, NotFound
from sync.targets import vault
from sync.targets.checking import check_lengths, check_settings, checked_kind, refusals
from sync.targets.models import Connection
from sync.targets.rights import require_operate


@transaction.atomic
def add_connection(
    *,
    system: str,
    kind: str,
    label: str,
    actor: Actor,
    base_url: str = "",
    options: Mapping[str, Any] | None = None,
    secrets: Mapping[str, str] | None = None,
    allow_private: bool = False,
    limits: Mapping[str, Any] | None = None,
    reason: str = "",
) -> Connection:
    """`system` can be reached; nothing is sent there before its sending is switched on.

    `limits` may hold rate_per_second, slots and daily_budget; what it leaves out is what the kind starts with.
    Raises: NotAllowed without `operate` on the system; NotFound for an unknown one; Conflict when it has a connection;
    Invalid naming the setting that is missing or wrong.
    """
    require_operate(actor, system)
    _check_system(system)
    found = checked_kind(kind)
    usual = found.limits
    connection = Connection(
        system_id=system,
        kind=kind,
        label=label.strip(),
        base_url=base_url,
        options=dict(options or {}),
        secrets=vault.seal(secrets or {}),
        allow_private=allow_private,
        **{
            "rate_per_second": usual.rate_per_second,
            "slots": usual.slots,
            "daily_budget": usual.daily_budget,
            **(limits or {}),
        },
    )
    check_lengths(connection)
    check_settings(connection, found, secrets or {})
    with translate(refusals(connection)):
        connection.save(force_insert=True)
    detail = {"kind": kind, "secret_names": sorted(secrets or {}), "allow_private": allow_private}
    draft = EventDraft(type="connection.added", domain="", subject=f"connection:{system}", reason=reason, detail=detail)
    record(draft, actor=actor)
    return connection


def _check_system(code: str) -> None:
    system = System.objects.filter(pk=code).first()
    if system is None:
        raise NotFound(f"There is no system {code}.", field="system", value=code, remedy="Register it first.")
    if system.is_hub:
        raise Invalid("The hub does not deliver to itself.", field="system", value=code, remedy="Choose another.")
