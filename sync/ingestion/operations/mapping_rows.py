"""Link the next rows of a mapping sheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from mdm.jobs.registry import ChunkContext, ChunkDraft, ChunkResult
from mdm.kernel.copying import copy_rows
from mdm.kernel.errors import Conflict
from mdm.records.operations.link_ids import LinkOutcome, LinkRow, link_ids
from mdm.stewardship.operations.ask_about_collisions import ask_about_collisions
from sync.ingestion.intake import folder
from sync.ingestion.models import MappingImport
from sync.ingestion.operations.take_in_rows import Moved
from sync.ingestion.reading import damage
from sync.ingestion.reading.rows import Place, Row
from sync.ingestion.reading.tables import Table

_BATCH = 5_000
_COLUMNS = (
    "mapping_id", "row", "left_value", "right_value", "outcome", "left_code", "right_code", "field", "reason", "remedy",
)  # fmt: skip


@dataclass
class Sheet:
    """The next rows of one sheet: those to link, and those that cannot be read (with why)."""

    mapping: MappingImport
    table: Table
    rows: list[LinkRow] = field(default_factory=list)
    unread: list[tuple[int, str, str, str]] = field(default_factory=list)
    after: Place | None = None


def read_rows(context: ChunkContext) -> Sheet:
    """Return the rows from the chunk's place on. Changes nothing."""
    mapping = MappingImport.objects.select_related("left__system", "right__system").get(job_id=context.job_id)
    sheet = Sheet(mapping, Table.from_json(mapping.table))
    place = context.payload.get("place")
    reader = sheet.table.rows(folder(), Place(**place) if place else None)
    for count, row in enumerate(reader, start=1):
        if any(row.cells) or row.fault:
            _read(sheet, row)
        if count >= _BATCH:
            sheet.after = reader.place
            break
    return sheet


def _read(sheet: Sheet, row: Row) -> None:
    fault = _fault(sheet, row)
    if fault:
        sheet.unread.append((row.number, *fault))
        return
    at, mapping = sheet.mapping.columns, sheet.mapping
    sheet.rows.append(
        LinkRow(
            left=row.cells[at["left"]],
            right=row.cells[at["right"]],
            left_scope=mapping.left_scope if at["left_scope"] is None else row.cells[at["left_scope"]],
            right_scope=mapping.right_scope if at["right_scope"] is None else row.cells[at["right_scope"]],
            position=row.number,
        )
    )


def _fault(sheet: Sheet, row: Row) -> tuple[str, str, str] | None:
    """Return (field, reason, remedy) where the row cannot be used."""
    columns = sheet.table.columns
    if row.fault:
        return "", row.fault, "Correct the quotation marks in this line."
    if len(row.cells) != len(columns):
        reason = f"The row has {len(row.cells)} cells; the header has {len(columns)} columns."
        return "", reason, "Add or remove delimiters so that every row has the same number of cells."
    found = damage.fault_of_row(row.cells, damage.encode_cells(row.cells))
    if found is None:
        found = next(
            (
                (at, damage.SHORTENED)
                for at in (sheet.mapping.columns["left"], sheet.mapping.columns["right"])
                if damage.shortened(row.cells[at])
            ),
            None,
        )
    if found is None:
        return None
    at, what = found
    return columns[at], f"{columns[at]} {what}.", damage.REMEDIES[what]


def link_rows(context: ChunkContext, sheet: Sheet) -> ChunkResult:
    """The rows are linked and each outcome is kept, in the caller's transaction; the chunk for the next ones waits."""
    mapping = sheet.mapping
    try:
        outcomes = link_ids(
            left=mapping.left, right=mapping.right, rows=sheet.rows, actor=context.actor,
            detail={"mapping": str(mapping.uuid)},
        )  # fmt: skip
    except Conflict as error:
        raise Moved(str(error)) from error
    copy_rows("ingestion_mappingrow", _COLUMNS, _kept(sheet, outcomes))
    collided = [(one.golden_code, one.other_code) for one in outcomes if one.status == "collision"]
    ask_about_collisions(domain=mapping.left.domain_id, pairs=collided, actor=context.actor)
    counts: Counter[str] = Counter(outcome.status for outcome in outcomes)
    if sheet.unread:
        counts["rejected"] += len(sheet.unread)
    done = len(outcomes) + len(sheet.unread)
    spawn = [ChunkDraft(payload={"place": asdict(sheet.after)})] if sheet.after else []
    return ChunkResult(done=done, counts={"rows": done, **counts}, spawn=spawn)


def _kept(sheet: Sheet, outcomes: Sequence[LinkOutcome]) -> list[tuple[object, ...]]:
    mapping = sheet.mapping.pk
    names = {
        "left": sheet.table.columns[sheet.mapping.columns["left"]],
        "right": sheet.table.columns[sheet.mapping.columns["right"]],
    }
    kept: list[tuple[object, ...]] = [
        (mapping, number, "", "", "rejected", "", "", column, reason, remedy)
        for number, column, reason, remedy in sheet.unread
    ]
    for row, outcome in zip(sheet.rows, outcomes, strict=True):
        collision = outcome.status == "collision"
        column = _column(row, outcome, names) if outcome.status == "rejected" else ""
        kept.append(
            (
                mapping,
                row.position,
                row.left[:200],
                row.right[:200],
                outcome.status,
                outcome.golden_code,
                outcome.other_code if collision else outcome.golden_code,
                column,
                outcome.message,
                outcome.remedy,
            )
        )
    return kept


def _column(row: LinkRow, outcome: LinkOutcome, names: dict[str, str]) -> str:
    """Return the column whose value was refused."""
    if outcome.field == "id":
        return names["left"] if outcome.value == row.left[:200] else names["right"]
    return outcome.field
