"""Learn the weights of a domain from what people decided, and leave them as a draft."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db.models import Max

from mdm.engine.matching import Labels, MatchModel
from mdm.engine.matching.asking import Compared
from mdm.engine.matching.blocking import across_sources, candidates_of
from mdm.engine.matching.prepared import Prepared
from mdm.engine.matching.relearning import most_telling, relearn
from mdm.engine.matching.scoring import outcomes, totals
from mdm.engine.matching.table import Longs
from mdm.engine.matching.training import Seen, agree, expectation, found_both_ways, look
from mdm.governance.models import RuleSet
from mdm.governance.operations.draft_rule_set import draft_rule_set
from mdm.jobs.models import Job, JobStatus
from mdm.jobs.registry import ChunkContext, ChunkResult
from mdm.kernel.clock import database_now
from mdm.kernel.errors import Conflict
from mdm.matching.corpus import Corpus, corpus_of
from mdm.matching.learned import TELLING, HeldOut, Rescored, report_of
from mdm.matching.models import Retraining
from mdm.matching.operations.compare_records import matching_of_run
from mdm.matching.operations.finish_match_run import OUTCOMES
from mdm.matching.queries.taught import Taught, taught_in


@dataclass(frozen=True, eq=False)
class Learned:
    """The learned model and what is to be said of it."""

    model: MatchModel
    report: dict[str, Any]


def learn_from_verdicts(context: ChunkContext) -> Learned:
    """Return the weights that the standing verdicts of people teach, and the report of them; changes nothing.

    Raises: Invalid when too few verdicts are left to learn from; Conflict when the rules are no longer in force.
    """
    matching = matching_of_run(context)
    taught = taught_in(context.domain, matching.model)
    taught.tally.require_enough()
    corpus = corpus_of(context.domain, matching.rule_set, matching.model, context.heartbeat)
    with corpus.turn:
        return _learn(corpus, taught, learned_until=_learned_until(context.domain), context=context)


def _learned_until(domain: str) -> datetime | None:
    """To when verdicts are in the weights in force: rules that were published after learned ones may descend from them,
    whoever changed them by hand in between.
    """
    published = Retraining.objects.filter(domain=domain, draft__isnull=False).exclude(draft__status="DRAFT")
    last: datetime | None = published.aggregate(last=Max("finished_at"))["last"]
    return last


def _learn(corpus: Corpus, taught: Taught, *, learned_until: datetime | None, context: ChunkContext) -> Learned:
    """`learned_until` is the time to which verdicts have made the weights in force, if they have."""
    model, prepared = corpus.model, corpus.index.renew()
    pairs = candidates_of(prepared, model)
    context.heartbeat()
    found = outcomes(prepared, model, pairs.left, pairs.right)
    context.heartbeat()
    seen = look(prepared, pairs, model, across_sources(prepared.table, model), found)
    bases = _bases(model, seen, taught_before=learned_until is not None)
    context.heartbeat()
    labelled = Prepared(taught.table, model, corpus.index.statistics)
    told = relearn(labelled, model, list(bases.values()), taught.labels, np.array(taught.decisions))
    fresh = np.array([learned_until is None or at > learned_until for at in taught.given_at])
    tried = HeldOut(told.before[fresh], told.after[fresh], taught.labels.same[fresh])
    before, after = totals(model, found), totals(told.model, found)
    judged = _judged(Compared(prepared, pairs, found), taught)
    telling = most_telling(pairs, found, after, judged, prepared.order, TELLING)
    every = Rescored(prepared.table.ids, pairs, before, after, telling)
    return Learned(told.model, report_of(model, told.model, list(bases)[told.base], taught, tried, every))


def _judged(compared: Compared, taught: Taught) -> Longs:
    """Places of the pairs about which people have said something."""
    row_of = {record: row for row, record in enumerate(compared.prepared.table.ids)}
    sides = [(row_of.get(one, -1), row_of.get(other, -1), True) for one, other in taught.records]
    return compared.places_of(Labels.of([each for each in sides if min(each[:2]) >= 0]))[1]


def _bases(model: MatchModel, seen: Seen, *, taught_before: bool) -> dict[str, MatchModel]:
    """The weights to start from: those that the records teach by themselves, where they can be trusted, and those in
    force, but where verdicts made them: these must not count twice.
    """
    bases = {"records": expectation(model, seen)} if agree(*found_both_ways(model, seen)) else {}
    if not taught_before or not bases:
        bases["rules"] = model
    return bases


def keep_learned(context: ChunkContext, learned: Learned) -> ChunkResult:
    """The report is there to be read, and where the learned weights foresee better, a draft rule set that has them.

    Raises: Conflict when other rules were published since, or the retraining has ended; NotAllowed when who asked may
    no longer draft rules.
    """
    draft = _draft(context, learned) if learned.report["better"] else None
    running = Retraining.objects.filter(pk=context.params["retraining"], status="RUNNING")
    if running.update(report=learned.report, draft=draft) != 1:
        raise Conflict("The retraining has ended already.", remedy="Learn again.")
    return ChunkResult(done=sum(learned.report["verdicts"][kind] for kind in ("same", "different", "left_out")))


def _draft(context: ChunkContext, learned: Learned) -> RuleSet:
    in_force = RuleSet.objects.get(pk=context.params["rule_set"])
    return draft_rule_set(
        domain=context.domain,
        content={**in_force.content, "matching": learned.model.to_content()},
        based_on=in_force,
        actor=context.actor,
        reason=f"Learned from verdicts, job {context.job_id}",
    )


def finish_retraining(job: Job) -> None:
    """The retraining that `job` carried has ended as the job did."""
    Retraining.objects.filter(job=job.pk, status="RUNNING").update(
        status=OUTCOMES.get(JobStatus(job.status), "FAILED"), finished_at=database_now()
    )
