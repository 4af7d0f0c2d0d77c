from __future__ import annotations

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.events.operations.record import EventDraft, record
from mdm.kernel.clock import database_now
from sync.targets.models import Connection, Installation
from sync.targets.operations.update_connection import held_connection
from sync.targets.rights import require_operate, require_operate_everything


@transaction.atomic
def switch_connection(*, system: str, sending: bool, actor: Actor, reason: str = "") -> None:
    """What waits for `system` may leave, or nothing does. What is already under way ends as it ends.

    Raises: NotAllowed without `operate` on the system; NotFound.
    """
    require_operate(actor, system)
    held_connection(system)
    if Connection.objects.filter(pk=system).exclude(sending=sending).update(sending=sending):
        _record(f"connection:{system}", sending, actor, reason)


@transaction.atomic
def switch_installation(*, sending: bool, actor: Actor, reason: str = "") -> None:
    """Anything may leave this installation, or nothing at all does.

    Raises: NotAllowed without `operate` everywhere.
    """
    require_operate_everything(actor)
    changed = Installation.objects.exclude(sending=sending).update(
        sending=sending, changed_by=actor, changed_at=database_now(), reason=reason
    )
    if changed:
        _record("installation:1", sending, actor, reason)


def _record(subject: str, sending: bool, actor: Actor, reason: str) -> None:
    draft = EventDraft(type="sending.switched", domain="", subject=subject, reason=reason, detail={"sending": sending})
    record(draft, actor=actor)
