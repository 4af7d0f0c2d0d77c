"""Ask for the weights of a domain to be learned anew from what people decided."""

from __future__ import annotations

from uuid import uuid4

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.accounts.queries import require
from mdm.jobs.operations.submit import submit
from mdm.jobs.registry import ChunkDraft
from mdm.kernel.clock import database_now
from mdm.kernel.constraints import translate
from mdm.kernel.errors import Conflict
from mdm.matching.models import Retraining
from mdm.matching.queries.due import Matching, matching_required
from mdm.matching.queries.taught import verdicts_standing

RETRAIN = "retrain"


def submit_retraining(*, domain: str, actor: Actor, reason: str = "") -> Retraining:
    """A job learns weights from every verdict of people that stands in the domain, tries them against the rules in
    force, and leaves a draft rule set where they foresee better; nothing changes until a person publishes it.

    Raises: NotAllowed without `publish` in the domain; Invalid when its rules say nothing about matching, or there are
    too few verdicts to learn from; Conflict while another one of the domain goes on.
    """
    require(actor, "publish", domain)
    matching = matching_required(domain)
    tally = verdicts_standing(domain)
    tally.require_enough()
    with transaction.atomic():
        retraining = _open(domain, matching, actor)
        job = submit(
            kind=RETRAIN,
            domain=domain,
            label=f"Learn matching of {domain} from {sum(tally)} verdicts",
            params={"retraining": str(retraining.pk), "rule_set": matching.rule_set},
            actor=actor,
            action="publish",
            chunks=[ChunkDraft()],
            total=sum(tally),
            reason=reason,
        )
        Retraining.objects.filter(pk=retraining.pk).update(job=job.pk)
    retraining.job = job.pk
    return retraining


def _open(domain: str, matching: Matching, actor: Actor) -> Retraining:
    with translate({"retraining_one_running": lambda: _running(domain)}):
        return Retraining.objects.create(
            id=uuid4(),
            domain_id=domain,
            rule_set_id=matching.rule_set,
            status="RUNNING",
            requested_by=actor,
            started_at=database_now(),
        )


def _running(domain: str) -> Conflict:
    return Conflict(
        f"Matching of {domain} is being learned already.",
        field="domain",
        value=domain,
        remedy="Wait until that has ended, or cancel its job.",
    )
