"""Ask for a match pass over a domain, or over what changed in it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.db import connection, transaction

from mdm.accounts.models import Actor
from mdm.accounts.queries import require
from mdm.jobs.operations.submit import submit
from mdm.jobs.registry import ChunkDraft
from mdm.kernel.clock import database_now
from mdm.kernel.constraints import translate
from mdm.kernel.errors import Conflict
from mdm.matching.models import MatchRun
from mdm.matching.queries.due import DUE, Matching, matching_required

MATCH = "match"
RECORDS_PER_CHUNK = 2_000
RECORDS_PER_SHARD = 50_000
MARKING, COMPARING, ENDING, GATHERING, ASKING = range(5)

_SHARDS = """
SELECT min(id), max(id), count(*) FROM (
    SELECT id, (row_number() OVER (ORDER BY id) - 1) / %(size)s AS shard FROM ({records}) AS every
) AS numbered GROUP BY shard ORDER BY shard
"""
_EVERY = "SELECT id FROM records_sourcerecord WHERE domain_id = %(domain)s"


def submit_match_run(*, domain: str, actor: Actor, full: bool = True, reason: str = "") -> MatchRun | None:
    """A job compares every source record of the domain (or, not `full`, each that changed since it was last compared)
    with all others, and brings the review tasks up to date; None when nothing waits to be compared.

    A full run is cut by blocks, one shard for so many records; the other one by records.

    Raises: NotAllowed without `operate` in the domain; Invalid when its rules say nothing about matching; Conflict
    while another match run of the domain goes on.
    """
    require(actor, "operate", domain)
    matching = matching_required(domain)
    with transaction.atomic():
        shards = _shards(domain, matching, full=full)
        if not shards and not full:
            return None
        run = _open(domain, matching, actor, full=full)
        label = f"Match {'all' if full else 'changed'} records of {domain}"
        job = submit(
            kind=MATCH,
            domain=domain,
            label=label,
            params={"run": str(run.pk), "rule_set": matching.rule_set, "full": full},
            actor=actor,
            chunks=[*_chunks(shards, full=full), ChunkDraft({}, GATHERING)],
            total=sum(count for _, _, count in shards),
            reason=reason,
        )
        MatchRun.objects.filter(pk=run.pk).update(job=job.pk)
    run.job = job.pk
    return run


def _chunks(shards: list[tuple[int, int, int]], *, full: bool) -> list[ChunkDraft]:
    ranges = [{"first": first, "last": last} for first, last, _ in shards]
    if not full:
        return [ChunkDraft(each, COMPARING) for each in ranges]
    counts = [count for _, _, count in shards]
    return [
        *(ChunkDraft(each, MARKING) for each in ranges),
        *(ChunkDraft({"shard": at, "of": len(counts), "records": count}, COMPARING) for at, count in enumerate(counts)),
        ChunkDraft({}, ENDING),
    ]


def _open(domain: str, matching: Matching, actor: Actor, *, full: bool) -> MatchRun:
    with translate({"match_run_one_running": lambda: _running(domain)}):
        return MatchRun.objects.create(
            id=uuid4(),
            domain_id=domain,
            rule_set_id=matching.rule_set,
            kind="FULL" if full else "INCREMENTAL",
            status="RUNNING",
            requested_by=actor,
            started_at=database_now(),
        )


def _running(domain: str) -> Conflict:
    return Conflict(
        f"Records of {domain} are being matched already.",
        field="domain",
        value=domain,
        remedy="Wait until that run has ended, or cancel it.",
    )


def _shards(domain: str, matching: Matching, *, full: bool) -> list[tuple[int, int, int]]:
    """(first id, last id, how many) of each chunk."""
    statement = _SHARDS.format(records=_EVERY if full else f"SELECT s.id {DUE}")
    size = RECORDS_PER_SHARD if full else RECORDS_PER_CHUNK
    parameters: dict[str, Any] = {"domain": domain, "rule_set": matching.rule_set, "size": size}
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [(first, last, count) for first, last, count in cursor.fetchall()]
