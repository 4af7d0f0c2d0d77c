from __future__ import annotations

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.accounts.queries import require
from mdm.domains.diff import Change, diff
from mdm.events.operations.record import EventDraft, record
from mdm.governance.models import Domain, DomainVersion
from mdm.governance.operations.draft_domain_version import valid_pack
from mdm.governance.operations.drafting import (
    draft_to_publish,
    hold,
    in_force,
    put_in_force,
)
from mdm.governance.operations.publish_rule_set import renew_rule_set
from mdm.governance.queries import active_pack
from mdm.kernel.errors import Conflict


@transaction.atomic
def publish_domain_version(
    *, domain: str, number: int, actor: Actor, reason: str = "", confirm_narrowing: bool = False
) -> DomainVersion:
    """The drafted version is the domain's definition, for ever as it is; its predecessor is retired.

    The rules in force are published again, bound to the new version, so that every version has a rule set of its own.
    Raises: NotAllowed; NotFound; Invalid when the pack is no longer valid; Conflict when the draft is published
    already, is older than the version in force, changes nothing, names less than the rules need, or narrows what
    stored values may be and `confirm_narrowing` is not set.
    """
    require(actor, "publish", domain)
    hold(domain)
    draft: DomainVersion = draft_to_publish(DomainVersion, domain, number, "version")
    pack = valid_pack(domain, draft.content)
    current = in_force(DomainVersion, domain)
    found = diff(active_pack(domain), pack) if current else []
    if current is not None and current.content_hash == draft.content_hash:
        raise Conflict(
            f"Version {number} is the same as version {current.number}, which is in force.",
            field="number",
            value=str(number),
            remedy="There is nothing to publish.",
        )
    narrowing = [change for change in found if change.narrows]
    if narrowing and not confirm_narrowing:
        raise _narrows(number, narrowing)
    put_in_force(draft, actor)
    Domain.objects.filter(code=domain).update(label=pack.label)
    detail = {"number": number, "hash": draft.content_hash, "changed": sorted({change.path for change in found})[:200]}
    record(
        EventDraft(
            type="domain_version.published", domain=domain, subject=f"domain:{domain}", reason=reason, detail=detail
        ),
        actor=actor,
    )
    renew_rule_set(draft, pack, actor=actor, reason=reason)
    return draft


def _narrows(number: int, narrowing: list[Change]) -> Conflict:
    told = " ".join(change.words for change in narrowing[:10])
    more = f" And {len(narrowing) - 10} more." if len(narrowing) > 10 else ""
    return Conflict(
        f"Stored values may not fit version {number}: {told}{more}",
        field="confirm_narrowing",
        value="",
        remedy="Publish again and confirm that such values may be left behind, or draft a version that keeps them.",
    )
