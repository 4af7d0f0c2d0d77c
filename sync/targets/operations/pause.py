from __future__ import annotations

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.events.operations.record import EventDraft, record
from mdm.kernel.errors import Conflict, Invalid
from sync.targets.models import Connection, ConnectionStatus
from sync.targets.operations.update_connection import held_connection
from sync.targets.rights import require_operate


@transaction.atomic
def pause_connection(*, system: str, cause: str, actor: Actor) -> None:
    """Nothing more is sent to `system`; what waits keeps waiting. Pausing a paused one changes nothing.

    Raises: NotAllowed without `operate` on the system; NotFound; Invalid without a cause.
    """
    require_operate(actor, system)
    if not cause.strip() or len(cause) > 500:
        raise Invalid("Pausing needs a cause.", field="reason", remedy="Say in 500 characters why.")
    held_connection(system)
    if mark_paused(system=system, cause=cause.strip()):
        record_pause(system=system, reason=cause.strip(), actor=actor)


def mark_paused(*, system: str, cause: str) -> bool:
    """The connection is paused for `cause`; False when it was already."""
    working = Connection.objects.filter(pk=system, status=ConnectionStatus.OK)
    return bool(working.update(status=ConnectionStatus.PAUSED, pause_cause=cause[:500]))


def record_pause(*, system: str, reason: str, actor: Actor, code: str = "") -> None:
    """The audit tells that the connection was paused."""
    draft = EventDraft(
        type="connection.paused", domain="", subject=f"connection:{system}", reason=reason, detail={"code": code}
    )
    record(draft, actor=actor)


@transaction.atomic
def resume_connection(*, system: str, actor: Actor, reason: str = "") -> None:
    """`system` is sent to again, whatever paused it; its breaker is closed and nothing it asked for is waited for.

    Raises: NotAllowed without `operate` on the system; NotFound; Conflict when nothing held it up.
    """
    require_operate(actor, system)
    connection = held_connection(system)
    if connection.status == ConnectionStatus.OK and connection.breaker == "CLOSED" and not connection.paused_until:
        raise Conflict(f"{system} is not paused.", field="system", value=system, remedy="Reload the page.")
    Connection.objects.filter(pk=system).update(
        status=ConnectionStatus.OK,
        pause_cause="",
        breaker="CLOSED",
        breaker_failures=0,
        open_until=None,
        paused_until=None,
    )
    record(EventDraft(type="connection.resumed", domain="", subject=f"connection:{system}", reason=reason), actor=actor)
