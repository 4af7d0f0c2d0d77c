from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.governance.models import RuleSet
from mdm.governance.operations.draft_rule_set import draft_rule_set, thresholds_of, valid_rules
from mdm.governance.operations.drafting import content_hash, hold, in_force
from mdm.governance.operations.publish_rule_set import publish_rule_set
from mdm.governance.queries import active_pack


@transaction.atomic
def publish_rules(
    *,
    domain: str,
    content: Mapping[str, Any],
    actor: Actor,
    review_threshold: Decimal | None = None,
    auto_threshold: Decimal | None = None,
    reason: str = "",
) -> RuleSet:
    """The content is the domain's rule set in force; nothing happens when it is already.

    Raises: as `draft_rule_set` and `publish_rule_set`; a refusal leaves no draft behind.
    """
    hold(domain)
    current: RuleSet | None = in_force(RuleSet, domain)
    rules = valid_rules(content, active_pack(domain))
    wanted = (content_hash(dict(content)), *thresholds_of(rules, review_threshold, auto_threshold))
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
