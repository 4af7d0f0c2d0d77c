from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from mdm.accounts import journal, secrets
from mdm.accounts.models import EVERY, Actor, ActorKind, ApiKey
from mdm.accounts.operations.create_actor import NAME, create_actor
from mdm.accounts.operations.grant import grant
from mdm.accounts.queries import require
from mdm.accounts.scopes import parse
from mdm.kernel.constraints import translate
from mdm.kernel.errors import Invalid


@transaction.atomic
def create_api_key(
    *,
    name: str,
    actor: Actor,
    scopes: Iterable[str] = (),
    subject: Actor | None = None,
    expires_at: datetime | None = None,
    reason: str = "",
) -> tuple[ApiKey, str]:
    """A service may sign in with the returned secret, which is kept nowhere and cannot be shown again.

    Without `subject` the key is of a new service called `name`. `scopes` are rights in writing (`view:party`,
    `operate:party:system:SAP`) that the service is given.
    Raises: NotAllowed without `operate` on the installation; Invalid for a name, scope or time of the wrong form.
    """
    require(actor, "operate", EVERY)
    rights = [parse(scope) for scope in scopes]
    owner = subject or create_actor(kind=ActorKind.SERVICE, name=name, actor=actor, reason=reason)
    if owner.kind == ActorKind.MACHINE:
        raise Invalid("The hub itself has no key.", field="subject", value=owner.name, remedy="Choose a service.")
    for right in rights:
        grant(subject=owner, domain=right.domain, action=right.action, scope=right.scope, actor=actor, reason=reason)
    return _issue(owner, name.strip(), expires_at, actor, reason)


def _issue(owner: Actor, name: str, expires_at: datetime | None, actor: Actor, reason: str) -> tuple[ApiKey, str]:
    if not name or len(name) > NAME:
        raise Invalid(
            "The key needs a name.", field="name", value=name[:NAME], remedy=f"Write up to {NAME} characters."
        )
    prefix, secret = secrets.make()
    past = Invalid(
        "The key would have expired already.", field="expires_at", value=str(expires_at), remedy="Choose a later time."
    )
    with translate({"api_key_expires_after_creation": lambda: past}):
        key = ApiKey.objects.create(
            actor=owner, name=name, prefix=prefix, secret_hash=secrets.fingerprint(secret), expires_at=expires_at
        )
    journal.note(
        type="api_key.created", subject=f"actor:{owner.pk}", actor=actor, reason=reason, detail={"key": prefix}
    )
    return key, secret
