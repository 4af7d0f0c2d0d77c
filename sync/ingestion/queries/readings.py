"""How a run reads its files: table and plan of each object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sync.ingestion.layouts import HEADER, ObjectLayout, Plan, compile_plan
from sync.ingestion.models import IngestionRun
from sync.ingestion.reading.tables import Table


@dataclass(frozen=True)
class Reading:
    """One object of a run."""

    object: str
    table: Table
    plan: Plan


def readings_of(run: IngestionRun) -> dict[str, Reading]:
    """Return the readings of a run by object, the header first."""
    content: dict[str, Any] = run.objects_read
    names = sorted(content, key=lambda name: (name != HEADER, name))
    return {name: reading_from_json(name, content[name], run.scope) for name in names}


def reading_from_json(name: str, entry: dict[str, Any], scope: str) -> Reading:
    table = Table.from_json(entry["table"])
    layout = ObjectLayout.from_json(entry["layout"])
    return Reading(name, table, compile_plan(layout, table.columns, scope=scope, name=table.name))


def run_of_job(job_id: UUID) -> IngestionRun:
    """Return the run a job carries out."""
    return IngestionRun.objects.select_related("id_type__system").get(job_id=job_id)
