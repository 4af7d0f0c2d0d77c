from __future__ import annotations

from django.db import transaction

from mdm.accounts import journal
from mdm.accounts.models import EVERY, Actor, ActorKind, Grant
from mdm.accounts.queries import forget_permissions, require
from mdm.accounts.scopes import checked
from mdm.kernel.errors import Invalid, NotFound


@transaction.atomic
def revoke_grant(
    *, subject: Actor, domain: str, action: str, actor: Actor, scope: str = EVERY, reason: str = ""
) -> None:
    """`subject` no longer has exactly this right; other rights that allow the same stay.

    Raises: NotAllowed without `operate` on the installation; Invalid for the hub's own rights; NotFound when the right
    was not given.
    """
    require(actor, "operate", EVERY)
    if subject.kind == ActorKind.MACHINE:
        raise Invalid(
            "The hub keeps its rights.", field="subject", value=subject.name, remedy="Choose another account."
        )
    right = checked(domain=domain, action=action, scope=scope)
    removed, _ = Grant.objects.filter(
        subject=subject, domain=right.domain, action=right.action, scope=right.scope
    ).delete()
    if not removed:
        raise NotFound(
            f"{subject.name} has no such right.", field="action", value=action, remedy="Look at the rights it has."
        )
    journal.note(
        type="grant.revoked", subject=f"actor:{subject.pk}", actor=actor, reason=reason, detail=right.as_detail()
    )
    forget_permissions(subject)
