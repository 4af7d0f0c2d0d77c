from __future__ import annotations

from django.db import transaction

from mdm.accounts import journal
from mdm.accounts.models import EVERY, Actor, ApiKey
from mdm.accounts.queries import require
from mdm.kernel.clock import database_now
from mdm.kernel.errors import Conflict, NotFound


@transaction.atomic
def revoke_api_key(*, prefix: str, actor: Actor, reason: str = "") -> None:
    """Nobody signs in with the key again, from the next request on.

    Raises: NotAllowed without `operate` on the installation; NotFound for an unknown prefix; Conflict when the key was
    revoked before.
    """
    require(actor, "operate", EVERY)
    key = ApiKey.objects.filter(prefix=prefix).first()
    if key is None:
        raise NotFound(
            "There is no such API key.", field="prefix", value=prefix[:12], remedy="Take the 12 characters after tsk_."
        )
    if not ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(revoked_at=database_now()):
        raise Conflict("The key was revoked before.", field="prefix", value=prefix, remedy="Nothing is left to do.")
    journal.note(
        type="api_key.revoked", subject=f"actor:{key.actor_id}", actor=actor, reason=reason, detail={"key": prefix}
    )
