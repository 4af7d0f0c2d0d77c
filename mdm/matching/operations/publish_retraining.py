"""Put learned weights in force."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.accounts.queries import require
from mdm.governance.models import RuleSet
from mdm.governance.operations.draft_rule_set import draft_rule_set
from mdm.governance.operations.publish_rule_set import publish_rule_set
from mdm.kernel.errors import Conflict
from mdm.matching.models import Retraining
from mdm.matching.queries.retrainings import retraining_of


@transaction.atomic
def publish_retraining(*, retraining: UUID, review: Decimal, auto: Decimal, actor: Actor, reason: str = "") -> RuleSet:
    """The learned weights are the domain's rules in force, with these thresholds (bits); every record of the domain
    waits to be matched by them.

    Raises: NotFound; NotAllowed without `publish` in the domain; Conflict when nothing was learned that could be
    published, it is published already, or other rules were published since; Invalid when the thresholds do not fit.
    """
    row = retraining_of(actor=actor, retraining=retraining)
    require(actor, "publish", row.domain_id)
    if row.draft is None:
        raise Conflict("There are no learned weights to publish.", remedy="Learn again when more was decided.")
    draft = _with_thresholds(row, row.draft, review, auto, actor)
    return publish_rule_set(domain=row.domain_id, number=draft.number, actor=actor, reason=reason)


def _with_thresholds(row: Retraining, draft: RuleSet, review: Decimal, auto: Decimal, actor: Actor) -> RuleSet:
    """The draft, or another one like it where the thresholds differ: rules are matched by those of their content."""
    if draft.status != "DRAFT" or (draft.review_threshold, draft.auto_threshold) == (review, auto):
        return draft
    thresholds = {"review": float(review), "auto": float(auto)}
    content = {**draft.content, "matching": {**draft.content["matching"], "thresholds": thresholds}}
    chosen = draft_rule_set(
        domain=row.domain_id, content=content, based_on=row.rule_set, actor=actor, reason=f"As {draft.number}"
    )
    if Retraining.objects.filter(pk=row.pk, draft=draft).update(draft=chosen) != 1:
        raise Conflict("Somebody else chose other thresholds meanwhile.", remedy="Load the report again.")
    return chosen
