from __future__ import annotations

from django.db import transaction

from mdm.accounts import journal
from mdm.accounts.models import EVERY, Actor, Grant
from mdm.accounts.queries import forget_permissions, require
from mdm.accounts.scopes import checked


@transaction.atomic
def grant(*, subject: Actor, domain: str, action: str, actor: Actor, scope: str = EVERY, reason: str = "") -> Grant:
    """`subject` may do `action` in `domain` on what `scope` names; a right already given stays as it is, untold.

    Raises: NotAllowed without `operate` on the installation; Invalid for a domain, action or scope of the wrong form.
    """
    require(actor, "operate", EVERY)
    right = checked(domain=domain, action=action, scope=scope)
    given, is_new = Grant.objects.get_or_create(
        subject=subject, domain=right.domain, action=right.action, scope=right.scope
    )
    if is_new:
        journal.note(
            type="grant.given", subject=f"actor:{subject.pk}", actor=actor, reason=reason, detail=right.as_detail()
        )
    forget_permissions(subject)
    return given
