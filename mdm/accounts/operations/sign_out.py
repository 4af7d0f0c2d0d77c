from __future__ import annotations

from django.db import transaction

from mdm.accounts import journal
from mdm.accounts.models import Actor


@transaction.atomic
def sign_out(*, actor: Actor) -> None:
    """The audit says that the person left; the caller ends the session."""
    journal.note(type="signed_out", subject=f"actor:{actor.pk}", actor=actor)
