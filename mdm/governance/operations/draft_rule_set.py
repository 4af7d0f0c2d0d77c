from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.accounts.queries import require
from mdm.domains.pack import Pack
from mdm.engine.rules import Rules, RulesError
from mdm.events.operations.record import EventDraft, record
from mdm.governance.models import DomainVersion, RuleSet, VersionStatus
from mdm.governance.operations.drafting import content_hash, hold, in_force, next_number
from mdm.governance.queries import active_pack
from mdm.kernel.clock import database_now
from mdm.kernel.constraints import translate
from mdm.kernel.errors import Conflict, Invalid

REVIEW = Decimal(6)
AUTO = Decimal(9)


@transaction.atomic
def draft_rule_set(
    *,
    domain: str,
    content: Mapping[str, Any],
    actor: Actor,
    review_threshold: Decimal | None = None,
    auto_threshold: Decimal | None = None,
    based_on: RuleSet | None = None,
    reason: str = "",
) -> RuleSet:
    """A draft of the domain's next rule set exists, written for the definition in force.

    Thresholds that are not given are those of the content's matching model, or the usual ones. `based_on` are the rules
    that the content was made from, where it must be those in force.

    Raises: NotAllowed; NotFound when the domain has no published definition; Invalid when the rules name what the
    domain does not have, or the review threshold is above the automatic one; Conflict when the rules that the content
    was made from are no longer in force.
    """
    require(actor, "publish", domain)
    hold(domain)
    rules = valid_rules(content, active_pack(domain))
    version = in_force(DomainVersion, domain)
    current = in_force(RuleSet, domain)
    if based_on is not None and based_on != current:
        raise Conflict(
            f"Rule set {based_on.number} of {domain} is no longer in force.",
            field="based_on",
            value=str(based_on.number),
            remedy="Start again from the rules that are.",
        )
    thresholds = thresholds_of(rules, review_threshold, auto_threshold)
    rule_set = write_draft(version, content, actor=actor, thresholds=thresholds, current=current)
    detail = {"number": rule_set.number, "domain_version": version.number, "hash": rule_set.content_hash}
    record(
        EventDraft(type="rule_set.drafted", domain=domain, subject=f"rules:{domain}", reason=reason, detail=detail),
        actor=actor,
    )
    return rule_set


def thresholds_of(rules: Rules, review: Decimal | None, auto: Decimal | None) -> tuple[Decimal, Decimal]:
    """The (review, automatic) thresholds: as given, else as the matching model says, else the usual ones."""
    if rules.matching is None:
        usual = REVIEW, AUTO
    else:
        own = rules.matching.thresholds
        usual = Decimal(str(own.review)), Decimal(str(own.auto))
    return usual[0] if review is None else review, usual[1] if auto is None else auto


def write_draft(
    version: DomainVersion,
    content: Mapping[str, Any],
    *,
    actor: Actor,
    thresholds: tuple[Decimal, Decimal],
    current: RuleSet | None,
) -> RuleSet:
    """Add the row; the caller holds the domain and has checked the content."""
    review, auto = thresholds
    wrong = Invalid(
        f"The review threshold {review} and the automatic threshold {auto} do not fit.",
        field="review_threshold",
        value=str(review),
        remedy="Choose numbers below 10000, the review threshold not above the automatic one.",
    )
    if not (review.is_finite() and auto.is_finite() and abs(review) < 10_000 and abs(auto) < 10_000):
        raise wrong
    with translate({"rule_set_review_not_above_auto": lambda: wrong, "rule_set_threshold_is_a_number": lambda: wrong}):
        return RuleSet.objects.create(
            domain_id=version.domain_id,
            number=next_number(RuleSet, version.domain_id),
            domain_version=version,
            status=VersionStatus.DRAFT,
            content=dict(content),
            content_hash=content_hash(dict(content)),
            review_threshold=review,
            auto_threshold=auto,
            based_on=current.number if current else None,
            drafted_by=actor,
            created_at=database_now(),
        )


def valid_rules(content: Mapping[str, Any], pack: Pack) -> Rules:
    """Return the rules that the content declares for the pack.

    Raises: Invalid naming the place, what was expected and what was found.
    """
    try:
        return Rules.from_content(content, pack)
    except RulesError as error:
        raise Invalid(
            f"{error.where}: expected {error.expected}, found {error.found}.",
            field=error.where,
            value=error.found,
            remedy=error.remedy,
        ) from error
