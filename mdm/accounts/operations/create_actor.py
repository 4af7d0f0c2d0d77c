from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from mdm.accounts import journal, passwords
from mdm.accounts.models import EVERY, Actor, ActorKind
from mdm.accounts.operations.grant import grant
from mdm.accounts.queries import require
from mdm.accounts.scopes import parse
from mdm.kernel.constraints import translate
from mdm.kernel.errors import Conflict, Invalid

NAME = 120


@transaction.atomic
def create_actor(
    *,
    kind: str,
    name: str,
    actor: Actor,
    email: str = "",
    password: str | None = None,
    scopes: Iterable[str] = (),
    reason: str = "",
) -> Actor:
    """Somebody new has the rights written in `scopes`; a person may sign in with `email` and `password`.

    Without a password nobody signs in as the actor. Raises: NotAllowed without `operate` on the installation; Invalid
    for a kind, name, address, password or scope of the wrong form; Conflict when the address has an account.
    """
    require(actor, "operate", EVERY)
    rights = [parse(scope) for scope in scopes]
    created = Actor(kind=kind, name=_checked_name(name), email=_checked_address(kind, email))
    _set_password(created, password)
    taken = Conflict(
        f"{email} has an account already.", field="email", value=email, remedy="Use that account, or another address."
    )
    with translate({"accounts_actor_email_key": lambda: taken}):
        created.save(force_insert=True)
    journal.note(type="actor.created", subject=f"actor:{created.pk}", actor=actor, reason=reason, detail={"kind": kind})
    for right in rights:
        grant(subject=created, domain=right.domain, action=right.action, scope=right.scope, actor=actor, reason=reason)
    return created


def _checked_name(name: str) -> str:
    trimmed = name.strip()
    if not trimmed or len(trimmed) > NAME or not trimmed.isprintable():
        raise Invalid(
            "The name is not usable.",
            field="name",
            value=name[:NAME],
            remedy=f"Write one line of 1 to {NAME} characters.",
        )
    return trimmed


def _checked_address(kind: str, email: str) -> str | None:
    if kind not in (ActorKind.PERSON, ActorKind.SERVICE):
        raise Invalid("The kind is not usable.", field="kind", value=kind, remedy="Choose person or service.")
    if kind == ActorKind.SERVICE:
        if email:
            raise Invalid("A service has no address.", field="email", value=email, remedy="Leave it empty.")
        return None
    try:
        validate_email(email)
    except ValidationError as error:
        raise Invalid(
            "The address is not usable.", field="email", value=email[:254], remedy="Write it as name@example.com."
        ) from error
    return email.lower()


def _set_password(created: Actor, password: str | None) -> None:
    if password is None:
        created.set_unusable_password()
        return
    if created.kind != ActorKind.PERSON:
        raise Invalid("Only a person has a password.", field="password", remedy="Create an API key for a service.")
    try:
        validate_password(password, created, password_validators=passwords.VALIDATORS)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), field="password", remedy="Choose another password.") from error
    created.set_password(password)
