from __future__ import annotations

from django.db import transaction

from mdm.accounts.models import Actor
from sync.targets.operations.pause import mark_paused, record_pause


@transaction.atomic
def stop_connection(*, system: str, cause: str, actor: Actor) -> bool:
    """Nothing is sent to the system until a person mends what `cause` says; False when it was paused already."""
    if not mark_paused(system=system, cause=cause[:500] or "Its settings are not usable."):
        return False
    record_pause(system=system, reason=cause[:500], actor=actor, code="settings")
    return True
