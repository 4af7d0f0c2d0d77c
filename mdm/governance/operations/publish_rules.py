from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.governance.models import RuleSet
from mdm.governance.operations.draft_rule_set import AUTO, REVIEW, draft_rule_set
from mdm.governance.operations.drafting import content_hash, hold, in_force
from mdm.governance.operations.publish_rule_set import publish_rule_set


@transaction.atomic
def publish_rules(
    *,
    domain: str,
    content: Mapping[str, Any],
    actor: Actor,
    review_threshold: Decimal = REVIEW,
    auto_threshold: Decimal = AUTO,
    reason: str = "",
) -> RuleSet:
    """The content is the domain's rule set in force; nothing happens when it is already.

    Raises: as `draft_rule_set` and `publish_rule_set`; a refusal leaves no draft behind.
    """
    hold(domain)
    current: RuleSet | None = in_force(RuleSet, domain)
    wanted = (content_hash(dict(content)), review_threshold, auto_threshold)
    if current and (current.content_hash, current.review_threshold, current.auto_threshold) == wanted:
        return current
    draft = draft_rule_set(
        domain=domain,
        content=content,
        review_threshold=review_threshold,
        auto_threshold=auto_threshold,
        actor=actor,
        reason=reason,
    )
    return publish_rule_set(domain=domain, number=draft.number, actor=actor, reason=reason)
