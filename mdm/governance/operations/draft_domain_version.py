from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.accounts.queries import require
from mdm.domains.loader import from_content
from mdm.domains.pack import Pack, PackError
from mdm.events.operations.record import EventDraft, record
from mdm.governance.models import Domain, DomainVersion, VersionStatus
from mdm.governance.operations.drafting import content_hash, hold, in_force, next_number
from mdm.kernel.clock import database_now
from mdm.kernel.constraints import translate
from mdm.kernel.errors import Conflict, Invalid


@transaction.atomic
def draft_domain_version(*, domain: str, content: Mapping[str, Any], actor: Actor, reason: str = "") -> DomainVersion:
    """A draft of the domain's next version exists; a domain not heard of before is registered with it.

    Raises: NotAllowed; Invalid when the content is no valid pack of this domain; Conflict when its code prefix belongs
    to another domain or differs from the one this domain was registered with.
    """
    require(actor, "publish", domain)
    pack = valid_pack(domain, content)
    hold(domain)
    _register(pack)
    stored = pack.to_content()
    current = in_force(DomainVersion, domain)
    version = DomainVersion.objects.create(
        domain_id=domain,
        number=next_number(DomainVersion, domain),
        status=VersionStatus.DRAFT,
        content=stored,
        content_hash=content_hash(stored),
        based_on=current.number if current else None,
        drafted_by=actor,
        created_at=database_now(),
    )
    detail = {"number": version.number, "based_on": version.based_on, "hash": version.content_hash}
    record(
        EventDraft(
            type="domain_version.drafted", domain=domain, subject=f"domain:{domain}", reason=reason, detail=detail
        ),
        actor=actor,
    )
    return version


def valid_pack(domain: str, content: Mapping[str, Any]) -> Pack:
    """Return the pack that the content declares.

    Raises: Invalid naming the place, what was expected and what was found.
    """
    try:
        pack = from_content(content)
    except PackError as error:
        raise Invalid(
            f"{error.where}: expected {error.expected}, found {error.found}.",
            field=error.where,
            value=error.found,
            remedy=error.remedy,
        ) from error
    if pack.code != domain:
        raise Invalid(
            f"The definition is of domain {pack.code}, not {domain}.",
            field="code",
            value=pack.code,
            remedy=f"Draft it for {pack.code}, or correct its code.",
        )
    return pack


def _register(pack: Pack) -> None:
    known = Domain.objects.filter(code=pack.code).first()
    if known is not None and known.code_prefix != pack.code_prefix:
        raise Conflict(
            f"Codes of {pack.code} begin with {known.code_prefix}; they are given out and never change.",
            field="code_prefix",
            value=pack.code_prefix,
            remedy=f"Keep code_prefix: {known.code_prefix}.",
        )
    if known is None:
        taken = Conflict(
            f"Another domain's codes begin with {pack.code_prefix} already.",
            field="code_prefix",
            value=pack.code_prefix,
            remedy="Choose two other letters.",
        )
        with translate({"domain_code_prefix_unique": lambda: taken}):
            Domain.objects.create(code=pack.code, label=pack.label, code_prefix=pack.code_prefix)
