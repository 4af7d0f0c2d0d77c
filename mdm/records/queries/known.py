"""What one actor knows to be there: in a domain without any right to it, everything is as if it did not exist."""

from __future__ import annotations

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of, require
from mdm.kernel.errors import NotFound
from mdm.records.models import GoldenRecord


def knows(actor: Actor, domain: str, action: str) -> bool:
    """Say whether the actor may learn what is there: who may view it, or do this to it."""
    permissions = permissions_of(actor)
    return permissions.may("view", domain) or permissions.may(action, domain)


def golden_to(action: str, *, code: str, actor: Actor) -> GoldenRecord:
    """Return the golden record of that code, on which the actor may do `action`.

    Raises: NotFound, in the same words, for an unknown code and in a domain that the actor may not view; NotAllowed
    where it may view and not do it.
    """
    golden = GoldenRecord.objects.filter(code=code).first()
    if golden is None or not knows(actor, golden.domain_id, action):
        raise NotFound("There is no such golden record.", field="golden", value=code[:40], remedy="Check the code.")
    require(actor, action, golden.domain_id)
    return golden
