"""What a list looks like as a file: CSV, CSV for a spreadsheet in a comma-decimal locale, XLSX, JSON without loss.

A spreadsheet must never run what a system sent us: cells that would be read as a formula get an apostrophe.
JSON is for programs and keeps every value as it is.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mdm.kernel.errors import Invalid

if TYPE_CHECKING:
    from mdm.web.lists import Column, ListSpec

KINDS: tuple[tuple[str, str | Promise], ...] = (
    ("csv", _("CSV")),
    ("excel", _("CSV for Excel (;)")),
    ("xlsx", _("Excel workbook (XLSX)")),
    ("json", _("JSON")),
)
ENDINGS = {"csv": "csv", "excel": "csv", "xlsx": "xlsx", "json": "json"}
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "excel": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\0")
Rows = Sequence[Sequence[object]]


def check_kind(kind: str) -> None:
    """Raises: Invalid for a format that is not offered."""
    if kind not in ENDINGS:
        offered = ", ".join(ENDINGS)
        raise Invalid("There is no such export format.", field="export", value=kind, remedy=f"Choose one of {offered}.")


def columns_of(spec: ListSpec) -> list[Column]:
    """Return the columns of a file: those of the list, and those only an export has."""
    return [*spec.columns, *spec.exported]


def neutral(value: object) -> str:
    """Text that no spreadsheet takes for a formula; NUL has no place in a cell."""
    text = value.isoformat() if isinstance(value, date | datetime) else "" if value is None else str(value)
    text = f"'{text}" if text.startswith(FORMULA_STARTS) and not isinstance(value, int | float | Decimal) else text
    return text.replace("\0", "")


def text_part(kind: str, columns: Sequence[Column], rows: Rows, *, first: bool, last: bool) -> str:
    """Return a part of a text file; its parts, one after another, are the file."""
    if kind == "json":
        return _json(columns, rows, first=first, last=last)
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";" if kind == "excel" else ",")
    if first:
        buffer.write("\ufeff" if kind == "excel" else "")
        writer.writerow([neutral(column.label) for column in columns])
    writer.writerows([neutral(value) for value in values] for values in rows)
    return buffer.getvalue()


def workbook(name: str, columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> BinaryIO:
    """Return the rows as a workbook of one sheet, in a file that is gone when closed."""
    import xlsxwriter  # nobody else in a process needs it

    file = cast(BinaryIO, tempfile.TemporaryFile())
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(name[:31])
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, [neutral(column.label) for column in columns], book.add_format({"bold": True}))
    for number, values in enumerate(rows, start=1):
        for place, value in enumerate(values):
            _cell(sheet, number, place, value)
    book.close()
    file.seek(0)
    return file


def _json(columns: Sequence[Column], rows: Rows, *, first: bool, last: bool) -> str:
    objects = (
        json.dumps({c.key: value for c, value in zip(columns, values, strict=True)}, ensure_ascii=False, default=_plain)
        for values in rows
    )
    start = ("[\n" if first else ",\n") if rows else ("[" if first else "")
    return start + ",\n".join(objects) + ("\n]\n" if last else "")


def _cell(sheet: Any, row: int, place: int, value: object) -> None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        sheet.write_number(row, place, value)
    else:
        sheet.write_string(row, place, neutral(value)[:32_767])


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
