"""Kinds of job made for tests: their effects are rows of a table that belongs to no app."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection

from mdm.jobs.models import Job
from mdm.jobs.registry import ChunkContext, ChunkDraft, ChunkResult, JobKind, register
from mdm.kernel.errors import Invalid

SECRET = "Ada Lovelace, born 10 Dec 1815"

CREATE = """
CREATE TABLE IF NOT EXISTS job_effect (job uuid, stage int, row int, at timestamptz DEFAULT clock_timestamp());
GRANT ALL ON job_effect TO touchstone_app;
"""


def effects(job_id: UUID) -> list[int]:
    """Return every row counted for the job, as often as it was counted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT row FROM job_effect WHERE job = %s ORDER BY row", [job_id])
        return [row for (row,) in cursor.fetchall()]


def order(job_id: UUID) -> list[int]:
    """Return the stages in the order in which they had their effects."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT stage FROM job_effect WHERE job = %s ORDER BY at", [job_id])
        return [stage for (stage,) in cursor.fetchall()]


def rows(start: int, count: int, *, stage: int = 0, **orders: Any) -> ChunkDraft:
    """Return a chunk that counts `count` rows from `start`, and does as the orders say."""
    return ChunkDraft(stage=stage, payload={"start": start, "count": count, **orders})


def read(context: ChunkContext) -> list[int]:
    start, count = context.payload["start"], context.payload["count"]
    time.sleep(context.payload.get("prepare_seconds", 0))
    return list(range(start, start + count))


def write(context: ChunkContext, prepared: list[int]) -> ChunkResult:
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO job_effect (job, stage, row) VALUES (%s, %s, %s)",
            [(context.job_id, context.stage, row) for row in prepared],
        )
    time.sleep(context.payload.get("apply_seconds", 0))
    _misbehave(context.payload, context.attempt)
    spawn = [rows(**draft) for draft in context.payload.get("spawn", ())]
    return ChunkResult(done=len(prepared), counts={"rows": len(prepared)}, spawn=spawn)


def _misbehave(payload: Mapping[str, Any], attempt: int) -> None:
    if payload.get("kill") or (payload.get("kill_once") and attempt == 1):
        os.kill(os.getpid(), signal.SIGKILL)
    if payload.get("refuse"):
        raise Invalid("Row 7 has no name.", remedy="Give it one.")
    if attempt <= payload.get("break_attempts", 0):
        raise ZeroDivisionError(SECRET)


def close(job: Job) -> None:
    """Count row -1, once, when the job ends."""
    if job.params.get("close") == "breaks":
        raise ZeroDivisionError(SECRET)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO job_effect (job, stage, row) VALUES (%s, 99, -1)", [job.pk])


def install() -> None:
    """Register the kinds in this process."""
    register(
        JobKind(
            name="count",
            label="Count rows",
            prepare=read,
            apply=write,
            stages=("Counting", "Totals"),
        )
    )
    register(
        JobKind(
            name="closing",
            label="Count and close",
            prepare=read,
            apply=write,
            finished=close,
        )
    )
