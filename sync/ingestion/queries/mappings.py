"""What became of the rows of a mapping sheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from sync.ingestion.models import MappingImport, MappingOutcome, MappingRow
from sync.ingestion.reading.tables import MAPPING_HELPERS, Table

_UNLINKED = (MappingOutcome.COLLISION, MappingOutcome.REJECTED)


def unlinked_rows(mapping: MappingImport) -> Iterator[MappingRow]:
    """Return the collisions and the rejected rows, in the sheet's order."""
    return MappingRow.objects.filter(mapping=mapping, outcome__in=_UNLINKED).order_by("row").iterator(chunk_size=2_000)


def mapping_file(mapping: MappingImport) -> Iterator[str]:
    """Yield the lines of the file with the rows that were not linked: both identifiers, both codes, what to do.

    It can be corrected and imported again; the helper columns are ignored then.
    """
    table = Table.from_json(mapping.table)
    at = mapping.columns
    yield "\ufeff" + _line([table.columns[at["left"]], table.columns[at["right"]], *MAPPING_HELPERS])
    for row in unlinked_rows(mapping):
        codes = [row.left_code, row.right_code]
        yield _line([row.left_value, row.right_value, *codes, str(row.row), row.outcome, row.reason, row.remedy])


def _line(cells: Iterable[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(cells)
    return buffer.getvalue()
