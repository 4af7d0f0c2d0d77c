"""Start the match pass where something waits for it."""

from __future__ import annotations

from datetime import timedelta

from mdm.accounts.models import Actor
from mdm.events.models import AuditEvent
from mdm.governance.models import Domain
from mdm.jobs.models import ENDED, Job
from mdm.kernel.errors import Conflict
from mdm.matching.models import MatchRun
from mdm.matching.operations.submit_match_run import submit_match_run
from mdm.matching.queries.due import anything_due, matching_of

# Events that tell of no source record.
_APART = ("job.submitted", "job.finished", "job.failed", "job.cancelled", "tasks.refreshed")
_LATEST_COMMIT = timedelta(minutes=5)


def match_what_is_due(*, actor: Actor) -> list[MatchRun]:
    """In every domain whose records are matched, a run over what changed goes on or nothing waits for one.

    While another job of the domain runs (an import), the run waits for its end. Returns the runs started.
    """
    domains = Domain.objects.order_by("code").values_list("code", flat=True)
    runs = [match_what_changed(domain=domain, actor=actor) for domain in domains if _is_due(domain)]
    return [run for run in runs if run is not None]


def match_what_changed(*, domain: str, actor: Actor) -> MatchRun | None:
    """A run over what waits for the match pass goes on in the domain, if its records are matched and any waits.

    Returns the run that this started, None where one goes on already or there is nothing to do.
    """
    if matching_of(domain) is None:
        return None
    try:
        return submit_match_run(domain=domain, actor=actor, full=False)
    except Conflict:
        return None


def _is_due(domain: str) -> bool:
    matching = matching_of(domain)
    if matching is None or Job.objects.filter(domain=domain).exclude(status__in=ENDED).exists():
        return False
    return _anything_happened(domain, matching.rule_set) and anything_due(domain, matching.rule_set)


def _anything_happened(domain: str, rule_set: int) -> bool:
    """A cheap look before the look at every record: nothing changes in a domain without an event."""
    last = MatchRun.objects.filter(domain=domain, status="DONE", rule_set=rule_set).order_by("-started_at").first()
    if last is None:
        return True
    recent = AuditEvent.objects.filter(domain=domain).exclude(type__in=_APART).order_by("-id").first()
    return recent is not None and recent.occurred_at > last.started_at - _LATEST_COMMIT
