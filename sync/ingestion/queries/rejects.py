"""Rejected rows as people correct them: grouped by what to mend, and as a file to feed back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Count, Min

from sync.ingestion.layouts import HEADER
from sync.ingestion.models import IngestionRun, RejectedRow
from sync.ingestion.reading.tables import HELPER_COLUMNS, Table

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Problem:
    """Rejected rows with one thing to mend: how many, the first of them, and one remedy for all."""

    object: str
    code: str
    field: str
    count: int
    first_row: int
    reason: str
    remedy: str


def problems_of(run: IngestionRun, *, limit: int = 50) -> list[Problem]:
    """Return the rejected rows grouped by repair, the most frequent first."""
    groups = (
        RejectedRow.objects.filter(run=run)
        .values("object", "code", "field")
        .annotate(count=Count("id"), first_row=Min("row"), first=Min("id"))
        .order_by("-count", "first")[:limit]
    )
    examples = RejectedRow.objects.in_bulk([group["first"] for group in groups])
    return [
        Problem(
            object=group["object"],
            code=group["code"],
            field=group["field"],
            count=group["count"],
            first_row=group["first_row"],
            reason=examples[group["first"]].reason,
            remedy=examples[group["first"]].remedy,
        )
        for group in groups
    ]


def objects_with_rejects(run: IngestionRun) -> list[str]:
    """Return the objects some of whose rows were rejected, the header first."""
    names = RejectedRow.objects.filter(run=run).values_list("object", flat=True).distinct()
    return sorted(names, key=lambda name: (name != HEADER, name))


def rejects_file(run: IngestionRun, name: str) -> Iterator[str]:
    """Yield the lines of the file with one object's rejected rows: its columns as sent, then what to mend.

    The helper columns are ignored when the file comes back, so it can be corrected in place.
    """
    table = Table.from_json(run.objects_read[name]["table"])
    kept = [at for at, column in enumerate(table.columns) if column not in HELPER_COLUMNS]
    yield "\ufeff" + _line([*(table.columns[at] for at in kept), *HELPER_COLUMNS], table.delimiter)
    rows = RejectedRow.objects.filter(run=run, object=name).order_by("row")
    for row in rows.iterator(chunk_size=2_000):
        original = [row.cells[at] if at < len(row.cells) else "" for at in kept]
        # Cells beyond the last column stay, behind the helpers: nothing that was sent is lost.
        yield _line([*original, *_helpers(row), *row.cells[len(table.columns) :]], table.delimiter)


def _helpers(row: RejectedRow) -> list[str]:
    return [str(row.row), *(_harmless(text) for text in (row.field, row.value, row.reason, row.remedy))]


def _harmless(text: str) -> str:
    """Text that a spreadsheet would run as a formula is shown as text."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def _line(cells: Iterable[str], delimiter: str) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator="\n").writerow(cells)
    return buffer.getvalue()
