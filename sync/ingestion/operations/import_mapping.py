"""Import a sheet that says which identifier here is which identifier there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.accounts.queries import require
from mdm.events.operations.record import EventDraft, record
from mdm.governance.identifiers import canonical_scope
from mdm.governance.models import IdType
from mdm.jobs.models import Job
from mdm.jobs.operations.submit import submit
from mdm.jobs.registry import ChunkDraft
from mdm.kernel.clock import database_now
from mdm.kernel.errors import Invalid
from sync.ingestion.intake import drop_files
from sync.ingestion.layouts.found import fold
from sync.ingestion.models import MappingImport
from sync.ingestion.reading.tables import MAPPING_HELPERS, Table

MAPPING_KIND = "import_mapping"


@dataclass(frozen=True)
class Side:
    """One side of the sheet: whose identifiers, in which column (empty: found by name), in which scope."""

    id_type: IdType
    column: str = ""
    scope: str = ""


def import_mapping(*, table: Table, left: Side, right: Side, actor: Actor, reason: str = "") -> MappingImport:
    """A job reads the sheet and links its identifiers row by row, in the sheet's order.

    Raises: NotAllowed without `operate` in both systems; Invalid when the sides belong to two domains, or a column
    cannot be told.
    """
    domain = left.id_type.domain_id
    for side in (left, right):
        require(actor, "operate", side.id_type.domain_id, system=side.id_type.system_id)
    _check(left, right)
    columns = _columns(table, left, right)
    with transaction.atomic():
        job = submit(
            kind=MAPPING_KIND,
            domain=domain,
            label=f"Map {left.id_type.system_id} to {right.id_type.system_id} by {table.name}"[:200],
            params={},
            actor=actor,
            chunks=[ChunkDraft()],
            reason=reason,
        )
        mapping = MappingImport.objects.create(
            job=job,
            left=left.id_type,
            right=right.id_type,
            table=table.to_json(),
            columns=columns,
            left_scope=left.scope,
            right_scope=right.scope,
            created_by=actor,
            created_at=database_now(),
        )
        record(
            EventDraft(
                type="ingestion.started",
                domain=domain,
                subject=f"system:{left.id_type.system_id}",
                reason=reason,
                detail={"mapping": str(mapping.uuid), "job": str(job.pk), "sha256": table.sha256, "size": table.size},
            ),
            actor=actor,
        )
    return mapping


def finish_mapping(job: Job) -> None:
    """The sheet is gone and the audit knows how many rows were linked."""
    mapping = MappingImport.objects.select_related("left").get(job=job)
    record(
        EventDraft(
            type="ingestion.finished",
            domain=job.domain,
            subject=f"system:{mapping.left.system_id}",
            detail={"mapping": str(mapping.uuid), "job": str(job.pk), "status": job.status, "counts": job.counts},
        ),
        actor=job.requested_by,
    )
    transaction.on_commit(partial(drop_files, [mapping.table["stored"]]))


def _check(left: Side, right: Side) -> None:
    if left.id_type.domain_id != right.id_type.domain_id:
        raise Invalid(
            f"{left.id_type} and {right.id_type} belong to two domains.",
            field="right",
            value=str(right.id_type),
            remedy="Map identifiers of one domain.",
        )
    if left.id_type.pk == right.id_type.pk:
        raise Invalid(
            f"Both sides are {left.id_type}.",
            field="right",
            value=str(right.id_type),
            remedy="Name the id type of the other system.",
        )


def _columns(table: Table, left: Side, right: Side) -> dict[str, int | None]:
    """Return the position of each side's identifier and, where the id type has one, of its scope."""
    found: dict[str, int | None] = {}
    for name, side, place in (("left", left, 0), ("right", right, 1)):
        found[name] = _identifier(table, name, side, place)
        found[f"{name}_scope"] = _scope(table, name, side)
    if found["left"] == found["right"]:
        raise Invalid(
            f"Both sides read the column {table.columns[found['left'] or 0]} of {table.name}.",
            field="columns",
            value=", ".join(table.columns)[:200],
            remedy="Name the column of each side.",
        )
    return found


def _identifier(table: Table, name: str, side: Side, place: int) -> int:
    """Return the named column; else the one called after the side, its system or id type; else by place."""
    if side.column:
        return _position(table, side.column)
    system, id_type = side.id_type.system_id, side.id_type.name
    folded = [fold(column) for column in table.columns]
    for wanted in (name, f"{system}{id_type}", f"{system}id", system, id_type):
        if fold(wanted) in folded:
            return folded.index(fold(wanted))
    usable = [at for at, column in enumerate(table.columns) if column not in MAPPING_HELPERS]
    if len(usable) != 2:
        raise Invalid(
            f"None of the columns of {table.name} is named after {system}: {', '.join(table.columns)[:200]}.",
            field=name,
            value=", ".join(table.columns)[:200],
            remedy=f"Name the column {system}, or say which one it is.",
        )
    return usable[place]


def _scope(table: Table, name: str, side: Side) -> int | None:
    if not side.id_type.scope_kind:
        canonical_scope(side.id_type, side.scope)
        return None
    folded = [fold(column) for column in table.columns]
    for wanted in (f"{name}scope", f"{side.id_type.system_id}scope", side.id_type.scope_kind):
        if not side.scope and fold(wanted) in folded:
            return folded.index(fold(wanted))
    canonical_scope(side.id_type, side.scope)
    return None


def _position(table: Table, column: str) -> int:
    if column not in table.columns:
        raise Invalid(
            f"The file {table.name} has no column {column}.",
            field="column",
            value=column[:200],
            remedy=f"Its columns are: {', '.join(table.columns)[:500]}.",
        )
    return table.columns.index(column)
