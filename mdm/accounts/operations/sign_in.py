from __future__ import annotations

from django.contrib.auth.hashers import make_password
from django.db import transaction

from mdm.accounts import journal
from mdm.accounts.models import Actor, ActorKind
from mdm.accounts.operations.throttle import claim_try, give_back
from mdm.accounts.queries import machine_actor
from mdm.kernel.errors import DomainError

LONGEST_PASSWORD = 4096


class SignInRefused(DomainError):
    """The address and the password do not belong together; which of the two is wrong is not said."""

    code = "sign_in_refused"
    status = 401


def sign_in(*, email: str, password: str, address: str) -> Actor:
    """The returned person has proved who they are, and the audit says so; the caller opens the session.

    `address` is the network address the try came from. Not to be called in a transaction: a refused try is kept.
    Raises: TooManyTries naming the wait; SignInRefused for any other reason, in one wording and after the same time.
    """
    account = email.strip().lower()
    claim_try(account=account, address=address)
    actor, reason = _recognised(account, password)
    with transaction.atomic():
        if actor is not None and not reason:
            give_back(account=account, address=address)
            journal.note(type="signed_in", subject=f"actor:{actor.pk}", actor=actor)
            return actor
        subject = "account:unknown" if actor is None else f"actor:{actor.pk}"
        journal.note(type="sign_in_failed", subject=subject, actor=machine_actor(), detail={"cause": reason})
    raise SignInRefused(
        "The e-mail address and the password do not belong together.",
        field="email",
        remedy="Check both, or ask an administrator.",
    )


def _recognised(account: str, password: str) -> tuple[Actor | None, str]:
    """Return the account's actor and why it may not enter; a password is hashed once on every path."""
    usable = password[:LONGEST_PASSWORD]
    actor = Actor.objects.filter(email=account, kind=ActorKind.PERSON).first() if "\x00" not in account else None
    if actor is None or not actor.has_usable_password():
        make_password(usable)
        return actor, "unknown_account" if actor is None else "no_password"
    if not actor.check_password(usable) or len(password) > LONGEST_PASSWORD:
        return actor, "wrong_password"
    return actor, "" if actor.is_active else "deactivated"
