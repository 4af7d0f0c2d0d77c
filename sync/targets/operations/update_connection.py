from __future__ import annotations

from typing import Any, Final

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.events.operations.record import EventDraft, record
from mdm.kernel.constraints import translate
from mdm.kernel.errors import Invalid, NotFound
from sync.targets import vault
from sync.targets.checking import check_lengths, check_settings, checked_kind, refusals
from sync.targets.models import Connection
from sync.targets.rights import require_operate

CHANGEABLE: Final = ("label", "base_url", "options", "allow_private", "rate_per_second", "slots", "daily_budget")


@transaction.atomic
def update_connection(*, system: str, changes: dict[str, Any], actor: Actor, reason: str = "") -> Connection:
    """The connection has the settings in `changes` (label, base_url, options, allow_private, rate_per_second, slots,
    daily_budget); its kind and system stay, and secrets are set one by one.

    Raises: NotAllowed without `operate` on the system; NotFound; Invalid naming the setting that is wrong.
    """
    require_operate(actor, system)
    connection = held_connection(system)
    for name, value in changes.items():
        if name not in CHANGEABLE:
            raise Invalid(f"{name[:40]!r} cannot be changed here.", field=name[:40], remedy="Leave it out.")
        setattr(connection, name, value)
    check_lengths(connection)
    check_settings(connection, checked_kind(connection.kind), vault.unseal(connection.secrets))
    with translate(refusals(connection)):
        connection.save(update_fields=list(changes))
    record(
        EventDraft(
            type="connection.updated",
            domain="",
            subject=f"connection:{system}",
            reason=reason,
            detail={"settings": sorted(changes)},
        ),
        actor=actor,
    )
    return connection


def held_connection(system: str) -> Connection:
    """Return the connection, held until the transaction ends.

    Raises: NotFound.
    """
    connection = Connection.objects.select_for_update(no_key=True).filter(pk=system).first()
    if connection is None:
        raise NotFound(f"{system} has no connection.", field="system", value=system, remedy="Add one first.")
    return connection
