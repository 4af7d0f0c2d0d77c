from __future__ import annotations

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.accounts.queries import require
from mdm.domains.pack import Pack
from mdm.events.operations.record import EventDraft, record
from mdm.governance.models import DomainVersion, RuleSet
from mdm.governance.operations.draft_rule_set import (
    AUTO,
    REVIEW,
    valid_rules,
    write_draft,
)
from mdm.governance.operations.drafting import (
    draft_to_publish,
    hold,
    in_force,
    put_in_force,
)
from mdm.governance.queries import active_pack
from mdm.kernel.errors import Conflict, Invalid


@transaction.atomic
def publish_rule_set(*, domain: str, number: int, actor: Actor, reason: str = "") -> RuleSet:
    """The drafted rules are in force, for ever as they are; their predecessor is retired.

    Raises: NotAllowed; NotFound; Invalid when the rules no longer fit the domain; Conflict when the draft is published
    already, is older than the rules in force, changes nothing, or was written for a definition no longer in force.
    """
    require(actor, "publish", domain)
    hold(domain)
    draft: RuleSet = draft_to_publish(RuleSet, domain, number, "rule set")
    version: DomainVersion = in_force(DomainVersion, domain)
    if draft.domain_version_id != version.pk:
        raise Conflict(
            f"Rule set {number} was written for a definition of {domain} that is no longer in force.",
            field="number",
            value=str(number),
            remedy=f"Draft it again for version {version.number}.",
        )
    valid_rules(draft.content, active_pack(domain))
    _refuse_unchanged(draft, in_force(RuleSet, domain))
    _publish(draft, version, actor=actor, reason=reason)
    return draft


def renew_rule_set(version: DomainVersion, pack: Pack, *, actor: Actor, reason: str) -> RuleSet:
    """The rules in force, or the default rules where there are none, are in force for `version`.

    The caller holds the domain and just published `version`.
    Raises: Conflict when the rules name what the version no longer has.
    """
    current: RuleSet | None = in_force(RuleSet, version.domain_id)
    content = current.content if current else {}
    try:
        valid_rules(content, pack)
    except Invalid as error:
        raise Conflict(
            f"The rules in force do not fit version {version.number}: {error.message}",
            field=error.field,
            value=error.value,
            remedy="Publish a rule set without that part first.",
        ) from error
    thresholds = (current.review_threshold, current.auto_threshold) if current else (REVIEW, AUTO)
    renewed = write_draft(version, content, actor=actor, thresholds=thresholds, current=current)
    _publish(renewed, version, actor=actor, reason=reason)
    return renewed


def _refuse_unchanged(draft: RuleSet, current: RuleSet | None) -> None:
    if current is None or current.domain_version_id != draft.domain_version_id:
        return
    thresholds = (draft.review_threshold, draft.auto_threshold)
    if draft.content_hash == current.content_hash and thresholds == (current.review_threshold, current.auto_threshold):
        raise Conflict(
            f"Rule set {draft.number} is the same as rule set {current.number}, which is in force.",
            field="number",
            value=str(draft.number),
            remedy="There is nothing to publish.",
        )


def _publish(draft: RuleSet, version: DomainVersion, *, actor: Actor, reason: str) -> None:
    put_in_force(draft, actor)
    detail = {"number": draft.number, "domain_version": version.number, "hash": draft.content_hash}
    record(
        EventDraft(
            type="rule_set.published",
            domain=draft.domain_id,
            subject=f"rules:{draft.domain_id}",
            reason=reason,
            detail=detail,
        ),
        actor=actor,
    )
