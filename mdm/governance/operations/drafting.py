"""What drafting and publishing of definitions have in common."""

from __future__ import annotations

from typing import Any

from mdm.accounts.models import Actor
from mdm.engine.canonical import canonical_json, digest
from mdm.governance.models import DomainVersion, RuleSet, VersionStatus
from mdm.kernel.clock import database_now
from mdm.kernel.errors import Conflict, NotFound
from mdm.kernel.locks import lock_key

Definition = DomainVersion | RuleSet


def hold(domain: str) -> None:
    """Let no other draft or publication of the domain happen until the transaction ends."""
    lock_key(f"governance.definitions:{domain}")


def content_hash(content: Any) -> str:
    return digest(b"", canonical_json(content)).hex()


def next_number(model: type[DomainVersion | RuleSet], domain: str) -> int:
    numbers = model._default_manager.filter(domain_id=domain).order_by("-number").values_list("number", flat=True)
    return (numbers.first() or 0) + 1


def in_force(model: type[DomainVersion | RuleSet], domain: str) -> Any:
    return model._default_manager.filter(domain_id=domain, status=VersionStatus.ACTIVE).first()


def draft_to_publish(model: type[DomainVersion | RuleSet], domain: str, number: int, what: str) -> Any:
    """Return the draft of that number, drafted from what is in force.

    Raises: NotFound; Conflict when it is published already, or another version was published since it was drafted.
    """
    draft = model._default_manager.filter(domain_id=domain, number=number).first()
    if draft is None:
        raise NotFound(
            f"There is no {what} {number} in {domain}.",
            field="number",
            value=str(number),
            remedy="Choose one of the list.",
        )
    if draft.status != VersionStatus.DRAFT:
        raise Conflict(
            f"The {what} {number} of {domain} is {draft.get_status_display().lower()} already.",
            field="number",
            value=str(number),
            remedy="Draft a new one to change it.",
        )
    current = in_force(model, domain)
    if draft.based_on != (current.number if current else None):
        raise Conflict(
            f"The {what} {current.number} of {domain} was published since {number} was drafted.",
            field="number",
            value=str(number),
            remedy=f"Look at what {current.number} changed and draft again.",
        )
    return draft


def put_in_force(draft: Definition, actor: Actor) -> None:
    """The draft is ACTIVE and its predecessor RETIRED. The caller holds the domain and has the draft from above."""
    rows = type(draft)._default_manager.filter(domain_id=draft.domain_id)
    rows.filter(status=VersionStatus.ACTIVE).update(status=VersionStatus.RETIRED)
    now = database_now()
    moved = rows.filter(pk=draft.pk, status=VersionStatus.DRAFT).update(
        status=VersionStatus.ACTIVE, published_by=actor, published_at=now
    )
    if moved != 1:
        raise Conflict("The draft was published meanwhile.", remedy="Load the page again.")
    draft.status, draft.published_by, draft.published_at = VersionStatus.ACTIVE, actor, now
