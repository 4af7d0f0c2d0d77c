"""Any order of submitting, running, crashing, cancelling and sweeping keeps the promises of jobs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

import hypothesis.strategies as st
import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from mdm.accounts.models import Actor
from mdm.jobs.models import ENDED, Chunk, Job
from mdm.jobs.operations.cancel import cancel
from mdm.jobs.operations.claim import Claim, claim_chunk
from mdm.jobs.operations.fail import drop, fail, retry
from mdm.jobs.operations.run_next import run_next
from mdm.jobs.operations.submit import submit
from mdm.jobs.operations.sweep import sweep
from mdm.kernel.errors import Conflict
from tests.mdm.jobs.kinds import effects, rows
from tests.mdm.jobs.test_leases import expire_leases

CHUNKS = st.lists(
    st.fixed_dictionaries(
        {
            "stage": st.integers(0, 2),
            "refuse": st.sampled_from([False] * 4 + [True]),
            "break_attempts": st.integers(0, 2),
        }
    ),
    min_size=1,
    max_size=4,
)


class Jobs(RuleBasedStateMachine):
    """Claims that are never finished stand for workers that died."""

    operator: Actor

    @initialize()
    def begin(self) -> None:
        self.jobs: list[UUID] = []
        self.dead: list[Claim] = []
        self.ended: dict[UUID, tuple[Any, ...]] = {}

    @rule(chunks=CHUNKS)
    def submit_a_job(self, chunks: list[dict[str, Any]]) -> None:
        drafts = [rows(number, 1, **orders) for number, orders in enumerate(chunks)]
        job = submit(
            kind="closing",
            domain="party",
            label="x",
            params={},
            actor=self.operator,
            chunks=drafts,
            total=len(drafts),
        )
        self.jobs.append(job.pk)

    @rule()
    def run_a_chunk(self) -> None:
        run_next()

    @rule()
    def claim_and_die(self) -> None:
        claim = claim_chunk()
        if claim is not None:
            self.dead.append(claim)

    @rule(
        end=st.sampled_from(
            [
                lambda claim: fail(claim=claim, error="late"),
                lambda claim: retry(claim=claim, error="late"),
                lambda claim: drop(claim=claim),
            ]
        )
    )
    def come_back_from_the_dead(self, end: Callable[[Claim], object]) -> None:
        if self.dead:
            claim = self.dead.pop(0)
            end(claim)

    @rule()
    def leases_end(self) -> None:
        expire_leases()

    @rule()
    def sweep_up(self) -> None:
        sweep()

    @rule(data=st.data())
    def cancel_a_job(self, data: st.DataObject) -> None:
        if self.jobs:
            job = data.draw(st.sampled_from(self.jobs))
            with suppress(Conflict):  # it is over already
                cancel(job_id=job, actor=self.operator)

    @invariant()
    def nothing_is_counted_twice_or_lost(self) -> None:
        for job in Job.objects.filter(pk__in=getattr(self, "jobs", ())):
            seen = effects(job.pk)
            assert len(seen) == len(set(seen))
            done = Chunk.objects.filter(job=job, status="DONE")
            assert job.done == done.count() == len([row for row in seen if row >= 0])
            assert (-1 in seen) == (job.status in ENDED), "the hook runs with the end of the job, once"

    @invariant()
    def an_ended_job_stays_as_it_ended(self) -> None:
        for job in Job.objects.filter(pk__in=getattr(self, "jobs", ()), status__in=ENDED):
            chunks = tuple(job.chunks.order_by("pk").values_list("status", flat=True))
            assert not {"PENDING", "LEASED"} & set(chunks)
            state = (job.status, job.done, job.error, job.finished_at, chunks)
            assert self.ended.setdefault(job.pk, state) == state

    @invariant()
    def no_stage_starts_before_the_one_below_is_done(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM jobs_chunk high JOIN jobs_chunk low ON low.job_id = high.job_id"
                " AND low.stage < high.stage WHERE high.attempts > 0 AND low.status <> 'DONE'"
            )
            assert cursor.fetchone() == (0,)

    def teardown(self) -> None:
        for _ in range(3):
            expire_leases()
            sweep()
            while run_next():
                pass
        assert not Job.objects.exclude(status__in=ENDED).exists(), "whatever happened, every job ends"
        self.nothing_is_counted_twice_or_lost()


@pytest.mark.usefixtures("committed")
def test_any_order_of_events_keeps_the_promises(operator: Actor) -> None:
    Jobs.operator = operator
    run_state_machine_as_test(
        Jobs,
        settings=settings(
            max_examples=settings().max_examples // 2,
            stateful_step_count=20,
            suppress_health_check=list(HealthCheck),
        ),
    )
