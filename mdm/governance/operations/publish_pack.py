from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.domains.diff import Change, diff
from mdm.governance.models import DomainVersion
from mdm.governance.operations.draft_domain_version import (
    draft_domain_version,
    valid_pack,
)
from mdm.governance.operations.drafting import content_hash, hold, in_force
from mdm.governance.operations.publish_domain_version import publish_domain_version
from mdm.governance.queries import active_pack


@dataclass(frozen=True)
class Publication:
    """What became of a pack: the version in force, whether it is new, and how it differs from the one before."""

    version: DomainVersion
    published: bool
    changes: list[Change]


@transaction.atomic
def publish_pack(
    *, domain: str, content: Mapping[str, Any], actor: Actor, reason: str = "", confirm_narrowing: bool = False
) -> Publication:
    """The content is the domain's definition in force; nothing happens when it is already.

    Raises: as `draft_domain_version` and `publish_domain_version`; a refusal leaves no draft behind.
    """
    pack = valid_pack(domain, content)
    hold(domain)
    current: DomainVersion | None = in_force(DomainVersion, domain)
    if current is not None and current.content_hash == content_hash(pack.to_content()):
        return Publication(current, published=False, changes=[])
    found = diff(active_pack(domain), pack) if current else []
    draft = draft_domain_version(domain=domain, content=content, actor=actor, reason=reason)
    version = publish_domain_version(
        domain=domain, number=draft.number, actor=actor, reason=reason, confirm_narrowing=confirm_narrowing
    )
    return Publication(version, published=True, changes=found)
