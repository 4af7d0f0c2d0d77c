"""Rows of a file, judged one by one: staged with their canonical id, or rejected with what to mend."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from mdm.domains.pack import Pack
from mdm.engine.paths import attribute_of
from mdm.governance.identifiers import canonical, canonical_scope
from mdm.governance.models import IdType
from mdm.kernel.errors import Invalid
from sync.ingestion.intake import folder
from sync.ingestion.layouts.plan import Fault, RowFault
from sync.ingestion.queries.readings import Reading
from sync.ingestion.reading import damage
from sync.ingestion.reading.rows import Place, Row
from sync.ingestion.rejections import Rejection

Staged = tuple[str, int, str, str, str, str]
_EXAMPLES = 20
_DIGIT_KEYS = ("id", "phone", "bank")


@dataclass
class Batch:
    """Rows read in one go; `after` is where the next batch begins, None at the end of the file."""

    staged: list[Staged] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    formulas: list[tuple[int, str]] = field(default_factory=list)
    formula_count: int = 0
    after: Place | None = None


class RowJudge:
    """Decides, per row of one object, between staged and rejected."""

    def __init__(self, reading: Reading, id_type: IdType, pack: Pack) -> None:
        self._reading = reading
        self._plan = reading.plan
        self._id_type = id_type
        self._batch = Batch()
        self._exact = _columns_of_exact_digits(reading, pack)

    def read(self, start: Place | None, *, rows: int, seconds: float) -> Batch:
        """Return the next rows, as many as asked or as fit into the time."""
        until = time.monotonic() + seconds
        batch = self._batch = Batch()
        reader = self._reading.table.rows(folder(), start)
        for count, row in enumerate(reader, start=1):
            if any(row.cells) or row.fault:
                self._judge(row)
            if count >= rows or (not count % 512 and time.monotonic() > until):
                batch.after = reader.place
                return batch
        return batch

    def _judge(self, row: Row) -> None:
        plan, cells = self._plan, row.cells
        if len(cells) != plan.width:
            cells = self._cut(row)
        text = damage.encode_cells(cells)
        fault = self._fault(row, cells, text)
        if fault is not None:
            place = self._place(cells) if fault.code == "damaged" else ("", "")
            self._batch.rejected.append(Rejection(self._reading.object, row.number, cells, fault, *place))
            return
        try:
            scope, key = canonical_scope(self._id_type, plan.scope(cells)), canonical(self._id_type, plan.key(cells))
        except Invalid as refusal:
            column = plan.layout.scope or "scope" if refusal.field == "scope" else plan.layout.key
            unplaced = Fault(column, refusal.value, refusal.message, refusal.remedy, "identifier")
            self._batch.rejected.append(Rejection(self._reading.object, row.number, cells, unplaced))
            return
        self._stage(row.number, cells, text, scope, key)

    def _stage(self, number: int, cells: list[str], text: str, scope: str, key: str) -> None:
        try:
            element = self._plan.element(cells)
        except RowFault as refused:
            self._batch.rejected.append(Rejection(self._reading.object, number, cells, refused.fault, scope, key))
            return
        self._batch.staged.append((self._reading.object, number, scope, key, element, text))

    def _place(self, cells: list[str]) -> tuple[str, str]:
        """Return whose row a damaged one is, empty where that cannot be read: what belongs to it waits with it."""
        try:
            return canonical_scope(self._id_type, self._plan.scope(cells)), canonical(
                self._id_type, self._plan.key(cells)
            )
        except Invalid:
            return "", ""

    def _cut(self, row: Row) -> list[str]:
        """Cells behind the last column are dropped where they are empty: exports often end lines with delimiters."""
        width = self._plan.width
        return row.cells[:width] if len(row.cells) > width and not any(row.cells[width:]) else row.cells

    def _fault(self, row: Row, cells: list[str], text: str) -> Fault | None:
        plan = self._plan
        if row.fault:
            return Fault("", "", row.fault, "Correct the quotation marks in this line.", "quotes")
        if len(cells) != plan.width:
            return _ragged(cells, plan.columns)
        found = damage.fault_of_row(cells, text)
        if found is None and damage.suspicious(text):
            found = self._look_closer(row.number, cells)
        if found is None:
            return None
        at, what = found
        column = plan.columns[at] or f"column {at + 1}"
        return Fault(column, cells[at][:200], f"{column} {what}.", damage.REMEDIES[what], "damaged")

    def _look_closer(self, number: int, cells: Sequence[str]) -> tuple[int, str] | None:
        for at, cell in enumerate(cells):
            if damage.excel_error(cell) and self._plan.reads(at):
                return at, damage.EXCEL_ERROR
            if at in self._exact and damage.shortened(cell):
                return at, damage.SHORTENED
        for at, cell in enumerate(cells):
            if damage.formula(cell):
                self._batch.formula_count += 1
                if len(self._batch.formulas) < _EXAMPLES:
                    self._batch.formulas.append((number, self._plan.columns[at]))
        return None


def _columns_of_exact_digits(reading: Reading, pack: Pack) -> set[int]:
    """Return the columns in which a shortened number is lost data: identifiers, telephone and account numbers."""
    layout, columns = reading.plan.layout, reading.table.columns
    exact = {layout.key, *layout.element}
    for column, target in layout.columns.items():
        declared = f"{layout.group}.{target}" if layout.group else attribute_of(target)
        attribute = pack.attributes[declared]
        if attribute.type in ("text", "code") and (attribute.key in _DIGIT_KEYS or attribute.identity == "tax"):
            exact.add(column)
    return {at for at, column in enumerate(columns) if column in exact}


def _ragged(cells: Sequence[str], columns: Sequence[str]) -> Fault:
    more = len(cells) > len(columns)
    return Fault(
        "",
        f"{len(cells)} cells",
        f"The row has {len(cells)} cells; the header has {len(columns)} columns.",
        "Put cells that contain the delimiter in quotation marks."
        if more
        else "Add the missing cells, or the delimiters of empty ones; a file cut off on its way also looks like this.",
        "ragged",
    )
