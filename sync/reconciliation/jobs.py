"""Comparing as a kind of job."""

from __future__ import annotations

from mdm.jobs.registry import JobKind
from sync.reconciliation.operations.reconcile import RECONCILE, compare_chunk, finish_reconciliation, read_chunk

KIND = JobKind(
    name=RECONCILE,
    label="Compare a target",
    prepare=read_chunk,
    apply=compare_chunk,
    finished=finish_reconciliation,
    stages=("Comparing", "Looking for what is missing"),
)
