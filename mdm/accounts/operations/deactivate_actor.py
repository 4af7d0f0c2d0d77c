from __future__ import annotations

from django.db import transaction

from mdm.accounts import journal
from mdm.accounts.models import EVERY, Actor, ActorKind
from mdm.accounts.queries import forget_permissions, require
from mdm.kernel.errors import Conflict, Invalid


@transaction.atomic
def deactivate_actor(*, subject: Actor, actor: Actor, reason: str = "") -> None:
    """`subject` can do nothing any more, with any session or key, from the next request on; the audit keeps the name.

    Raises: NotAllowed without `operate` on the installation; Invalid for the hub and for oneself; Conflict when
    deactivated before.
    """
    require(actor, "operate", EVERY)
    if subject.kind == ActorKind.MACHINE or subject.pk == actor.pk:
        raise Invalid(
            "This account stays active.", field="subject", value=subject.name, remedy="Ask another administrator."
        )
    if not Actor.objects.filter(pk=subject.pk, is_active=True).update(is_active=False):
        raise Conflict(f"{subject.name} is not active.", field="subject", value=subject.name, remedy="Nothing to do.")
    journal.note(type="actor.deactivated", subject=f"actor:{subject.pk}", actor=actor, reason=reason)
    forget_permissions(subject)
